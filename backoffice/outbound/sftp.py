"""Files handed over by SFTP: to vetted addresses alone, to the server whose key is known, each file whole or not at all."""

import binascii
import contextlib
import errno
import posixpath
import secrets
import select
import socket
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic
from typing import Final

import paramiko
from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.outbound.resolver import Resolver
from backoffice.security.address_guard import RefusedAddress, check_address, parse_networks
from backoffice.security.special_networks import Network

CONNECT_SECONDS: Final = 15.0
#: For each step after the connection: the handshake, signing in, and every answer that an operation waits for.
STEP_SECONDS: Final = 30.0
#: RSA keys sign by newer algorithms than the one that names the key (RFC 8332).
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


class SftpProblem(Exception):
    """What went wrong, in a translated sentence without secrets."""


class SftpRefused(SftpProblem):
    """A person must change something: the address, the key, the password, a folder or its permissions."""


class SftpUnavailable(SftpProblem):
    """It may work later: the server is out of reach, slow, full, or closed the connection."""


@dataclass(frozen=True, slots=True)
class SftpServer:
    """Where to connect. `host_key` is a line of `ssh-keyscan`, or its last two words: the key's type and the key."""

    host: str
    username: str
    password: str = field(repr=False)
    host_key: str
    port: int = 22


class SftpConnection:
    """What can be done on a server; made by `connect`. Every method raises SftpRefused and SftpUnavailable."""

    def __init__(self, client: paramiko.SFTPClient) -> None:
        self._client = client

    def names(self, folder: str) -> Sequence[str]:
        """The names in `folder`, sorted."""
        with _in_words(folder):
            return sorted(self._client.listdir(folder))

    def put(self, path: str, content: bytes) -> None:
        """Write under a temporary name beside `path`, check the size that arrived, and rename over what is there."""
        folder, name = posixpath.split(path)
        temporary = posixpath.join(folder, f".{name}.{secrets.token_hex(4)}.part")
        with _in_words(folder or "."):
            try:
                with self._client.open(temporary, "wb") as file:
                    file.set_pipelined(True)
                    file.write(content)
                self._check_size(temporary, len(content))
                self._rename(temporary, path)
            except BaseException:
                with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
                    self._client.remove(temporary)
                raise

    def _check_size(self, path: str, size: int) -> None:
        if self._client.stat(path).st_size != size:
            raise SftpUnavailable(_("The server kept only a part of the file. Check its free space."))

    def _rename(self, temporary: str, path: str) -> None:
        """In one step where the server can; others refuse to rename over a file, which is then removed first."""
        try:
            self._client.posix_rename(temporary, path)
        except OSError as error:
            if error.errno is not None:
                raise
            with contextlib.suppress(FileNotFoundError):
                self._client.remove(path)
            self._client.rename(temporary, path)


@contextmanager
def connect(
    server: SftpServer,
    *,
    open_networks: Sequence[str] | None = None,
    connect_seconds: float = CONNECT_SECONDS,
    step_seconds: float = STEP_SECONDS,
) -> Iterator[SftpConnection]:
    """A connection, closed at the end of the block. `open_networks` are those of the settings if not given."""
    key_type, key = _parse_key(server.host_key)
    networks = parse_networks(settings.OUTBOUND_OPEN_NETWORKS if open_networks is None else open_networks)
    channel = _tcp(server, networks, monotonic() + connect_seconds)
    try:
        transport = paramiko.Transport(channel)
    except paramiko.SSHException as error:
        channel.close()
        raise SftpUnavailable(_("The server did not start an SSH connection.")) from error
    try:
        client = _signed_in(transport, server, key_type, key, step_seconds)
        with contextlib.closing(client):
            yield SftpConnection(client)
    finally:
        transport.close()


def _parse_key(line: str) -> tuple[str, bytes]:
    """The type and the bytes of the pinned key, with or without the host's name before them."""
    for kind, text in zip(line.split(), line.split()[1:], strict=False):
        if kind.startswith(("ssh-", "ecdsa-")):
            with contextlib.suppress(binascii.Error, ValueError):
                return kind, b64decode(text, validate=True)
    raise SftpRefused(
        _("The host key cannot be read. Paste a line as ssh-keyscan prints it, such as ssh-ed25519 AAAA…")
    )


def _tcp(server: SftpServer, networks: Sequence[Network], deadline: float) -> socket.socket:
    """Connected to the first vetted address that answers; the address is the one that was checked, so no second lookup can change it."""
    addresses = _addresses(server.host, deadline)
    for address in addresses:
        try:
            check_address(ip_address(address), networks)
        except RefusedAddress as refused:
            raise SftpRefused(
                _("%(host)s leads to an address that is not on the public internet. Use a public host.")
                % {"host": server.host}
            ) from refused
    for address in addresses:
        with contextlib.suppress(OSError):
            return socket.create_connection((address, server.port), timeout=max(0.1, deadline - monotonic()))
    raise SftpUnavailable(
        _("No connection to %(host)s, port %(port)d. Check both, and whether the server runs.")
        % {"host": server.host, "port": server.port}
    )


def _addresses(host: str, deadline: float) -> tuple[str, ...]:
    """A lookup with an end: the system's own waits as long as it likes."""
    resolver = Resolver()
    try:
        found = resolver.lookup(host)
        poll = select.poll()
        poll.register(resolver.wake_fd, select.POLLIN)
        while found is None and (left := deadline - monotonic()) > 0:
            poll.poll(left * 1000)
            found = next(iter(resolver.finished()), None)
    finally:
        resolver.close()
    if found is None:
        raise SftpUnavailable(_("The host name could not be looked up in time."))
    if not found.addresses:
        raise SftpRefused(_("The host name could not be looked up. Check its spelling."))
    return found.addresses


def _signed_in(
    transport: paramiko.Transport, server: SftpServer, key_type: str, key: bytes, seconds: float
) -> paramiko.SFTPClient:
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = seconds
    transport.channel_timeout = seconds
    try:
        # A server may have several keys; it is asked for the one that was pinned.
        transport.get_security_options().key_types = _SIGNATURES.get(key_type, (key_type,))
        transport.start_client(timeout=seconds)
        _check_key(transport, key)
        transport.auth_password(server.username, server.password)
        channel = transport.open_session(timeout=seconds)
        channel.settimeout(seconds)
        channel.invoke_subsystem("sftp")
        return paramiko.SFTPClient(channel)
    except ValueError as error:
        raise SftpRefused(
            _("Host keys of type %(type)s are not supported. Use ssh-ed25519, ecdsa or ssh-rsa.") % {"type": key_type}
        ) from error
    except paramiko.BadAuthenticationType as error:
        raise SftpRefused(_("The server does not accept passwords. Ask for an account with a password.")) from error
    except paramiko.AuthenticationException as error:
        raise SftpRefused(_("The server refused the user name or the password.")) from error
    except paramiko.ssh_exception.IncompatiblePeer as error:
        raise SftpRefused(
            _("The server has no host key of type %(type)s, or speaks only old SSH algorithms. Compare the host key.")
            % {"type": key_type}
        ) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise SftpUnavailable(_("The server did not answer, or closed the connection, while signing in.")) from error


def _check_key(transport: paramiko.Transport, key: bytes) -> None:
    if transport.get_remote_server_key().asbytes() != key:
        raise SftpRefused(
            _(
                "The server showed another host key than the one in the settings, so the password was not sent. "
                "Ask its owner whether the key was changed, and then replace the key."
            )
        )


@contextmanager
def _in_words(folder: str) -> Iterator[None]:
    """Turns what the server answers about `folder` into one of the two problems."""
    try:
        yield
    except FileNotFoundError as error:
        raise SftpRefused(_("The server has no folder %(folder)s.") % {"folder": folder}) from error
    except TimeoutError as error:
        raise SftpUnavailable(_("The server stopped answering.")) from error
    except (EOFError, paramiko.SSHException, ConnectionError) as error:
        raise SftpUnavailable(_("The connection was closed in the middle.")) from error
    except OSError as error:
        if error.errno == errno.EACCES:
            raise SftpRefused(
                _("The account may not read or write in the folder %(folder)s.") % {"folder": folder}
            ) from error
        if "closed" in str(error).lower():
            raise SftpUnavailable(_("The connection was closed in the middle.")) from error
        raise SftpUnavailable(
            _("The server could not do it in the folder %(folder)s. Check its free space.") % {"folder": folder}
        ) from error
