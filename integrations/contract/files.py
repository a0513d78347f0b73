"""Files that a provider hands over by SFTP."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from integrations.contract.http import Http


@dataclass(frozen=True, slots=True)
class SftpAccount:
    """Where files go. `host_key` is the server's public key as `ssh-keyscan` prints it, without which no connection is made."""

    host: str
    username: str
    password: str = field(repr=False)
    host_key: str
    port: int = 22


class Sftp(Protocol):
    """A connection to a file server; the address is vetted as for HTTP. Raises NeedsAttention and TryLater."""

    def names(self, folder: str) -> Sequence[str]: ...

    def put(self, path: str, content: bytes) -> None:
        """Write the file under a temporary name and rename it, so that nobody reads half of it; replaces one that is there."""
        ...


class WayOut(Http, Protocol):
    """What a test of the connection may use: calls, and file servers. A provider that makes calls alone may ask for `Http`."""

    def sftp(self, account: SftpAccount) -> AbstractContextManager[Sftp]: ...
