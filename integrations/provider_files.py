"""The contract's SFTP over the guarded connection: the same two kinds of problem as for calls."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from backoffice.outbound.sftp import (
    CONNECT_SECONDS,
    STEP_SECONDS,
    SftpConnection,
    SftpRefused,
    SftpServer,
    SftpUnavailable,
    connect,
)
from integrations.contract import NeedsAttention, Sftp, SftpAccount, TryLater


class _ProviderSftp:
    def __init__(self, connection: SftpConnection) -> None:
        self._connection = connection

    def names(self, folder: str) -> Sequence[str]:
        with _as_provider_problems():
            return self._connection.names(folder)

    def put(self, path: str, content: bytes) -> None:
        with _as_provider_problems():
            self._connection.put(path, content)


@contextmanager
def open_sftp(
    account: SftpAccount, *, open_networks: Sequence[str] | None = None, step_seconds: float = STEP_SECONDS
) -> Iterator[Sftp]:
    """A connection to the account's server, closed at the end of the block; each step may take so long. Raises NeedsAttention and TryLater."""
    server = SftpServer(account.host, account.username, account.password, account.host_key, account.port)
    with (
        _as_provider_problems(),
        connect(
            server,
            open_networks=open_networks,
            connect_seconds=min(CONNECT_SECONDS, step_seconds),
            step_seconds=step_seconds,
        ) as connection,
    ):
        yield _ProviderSftp(connection)


@contextmanager
def _as_provider_problems() -> Iterator[None]:
    try:
        yield
    except SftpRefused as refused:
        raise NeedsAttention(str(refused)) from refused
    except SftpUnavailable as unavailable:
        raise TryLater(str(unavailable)) from unavailable
