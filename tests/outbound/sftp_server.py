"""A real SFTP server on a socket of this machine, that behaves as badly as its `fault` says."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_FAILURE, SFTP_OK, SFTP_OP_UNSUPPORTED, SFTP_PERMISSION_DENIED

USER, PASSWORD = "drop", "s3cret-canary"


class SignIn(paramiko.ServerInterface):
    def __init__(self, server: "LocalSftp") -> None:
        self.server = server

    def check_auth_password(self, username: str, password: str) -> int:
        self.server.passwords.append(password)
        good = (username, password) == (USER, PASSWORD)
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey" if self.server.fault == "keys only" else "password"


class OpenFile(paramiko.SFTPHandle):
    def __init__(self, server: "LocalSftp", flags: int, path: Path) -> None:
        super().__init__(flags)
        self.server = server
        self.path = path

    def write(self, offset: int, data: Any) -> int:
        if self.server.fault == "full":
            return SFTP_FAILURE
        if self.server.fault == "drop":
            self.server.drop()
        if self.server.fault == "short":
            data = bytes(data)[:-1]
        with self.path.open("r+b") as file:
            file.seek(offset)
            file.write(data)
        return SFTP_OK

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(self.path.stat())


class Files(paramiko.SFTPServerInterface):
    def __init__(self, server: SignIn) -> None:
        super().__init__(server)
        self.local = server.server

    def _path(self, path: str) -> Path:
        return self.local.root / path.lstrip("/")

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        if self.local.fault == "hang":
            self.local.stopped.wait(20)
        if self.local.fault == "denied":
            return SFTP_PERMISSION_DENIED
        try:
            found = sorted(self._path(path).iterdir())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return [paramiko.SFTPAttributes.from_stat(item.stat(), item.name) for item in found]

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        if self.local.fault == "denied":
            return SFTP_PERMISSION_DENIED
        try:
            os.close(os.open(self._path(path), flags | os.O_CREAT, 0o600))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return OpenFile(self.local, flags, self._path(path))

    def remove(self, path: str) -> int:
        try:
            self._path(path).unlink()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return SFTP_OK

    def rename(self, oldpath: str, newpath: str) -> int:
        if self._path(newpath).exists():
            return SFTP_FAILURE
        self._path(oldpath).rename(self._path(newpath))
        return SFTP_OK

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        self.local.renamed.append((oldpath, newpath))
        if self.local.fault == "old":
            return SFTP_OP_UNSUPPORTED
        self._path(oldpath).replace(self._path(newpath))
        return SFTP_OK


class LocalSftp:
    """Serves `root`; `fault` is one of hang, denied, full, drop, short, old, silent, keys only, or empty."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.fault = ""
        self.passwords: list[str] = []
        self.renamed: list[tuple[str, str]] = []
        self.key = paramiko.ECDSAKey.generate()
        self.host_key = f"127.0.0.1 {self.key.get_name()} {self.key.get_base64()}"
        self.stopped = threading.Event()
        self._transports: list[paramiko.Transport] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def drop(self) -> None:
        for transport in self._transports:
            transport.sock.close()

    def stop(self) -> None:
        self.stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for transport in self._transports:
            transport.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            if self.fault == "silent":
                self.stopped.wait(20)
                connection.close()
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            self._transports.append(transport)
            with contextlib.suppress(paramiko.SSHException, EOFError):
                transport.start_server(event=threading.Event(), server=SignIn(self))


@contextlib.contextmanager
def local_sftp(root: Path) -> Iterator[LocalSftp]:
    server = LocalSftp(root)
    try:
        yield server
    finally:
        server.stop()
