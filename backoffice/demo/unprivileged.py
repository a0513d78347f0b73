"""The user that servers run as when we are root, and folders that this user can reach."""

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# PostgreSQL refuses to run as root, and initdb asks for a user that has a name: every system has this one.
USER = "nobody"
REFUGE = Path("/var/tmp")  # noqa: S108 - everyone can reach it, and it outlives a reboot; ownership is checked below


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a child process runs as."""

    uid: int
    gid: int


def server_identity() -> Identity | None:
    """`nobody` where we are root; None, meaning ourselves, everywhere else."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(USER)
    return Identity(uid=entry.pw_uid, gid=entry.pw_gid)


def can_enter(folder: Path, identity: Identity | None) -> bool:
    """Whether this user can enter the folder; tried rather than computed, so that access lists and mounts count too."""
    answer = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        user=identity.uid if identity else None,
        group=identity.gid if identity else None,
        extra_groups=[] if identity else None,
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
    )
    return answer.returncode == 0


def refuge(folder: Path) -> Path:
    """A folder outside the checkout for what `folder` would hold, the same at every start.

    Raises PermissionError where somebody else made it first.
    """
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    path = REFUGE / f"backoffice-{digest}"
    path.mkdir(mode=0o755, exist_ok=True)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise PermissionError(f"{path} belongs to someone else. Remove it and start again.")
    return path


def reachable(folder: Path, identity: Identity | None) -> Path:
    """`folder`, made where it is missing, or its refuge where this user cannot enter it."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder if can_enter(folder, identity) else refuge(folder)


def owned_folder(path: Path, identity: Identity | None) -> Path:
    """An empty or existing folder that only this user can read."""
    path.mkdir(mode=0o700, exist_ok=True)
    if identity:
        os.chown(path, identity.uid, identity.gid)
    return path


def reachable_copy(base: Path, names: Sequence[str], folder: Path, identity: Identity | None, *, version: str) -> Path:
    """`base`, or a copy of those names in it where this user cannot enter it: a virtual environment may lie in root's home."""
    present = [name for name in names if (base / name).is_dir()]
    if all(can_enter(base / name, identity) for name in present):
        return base
    copies = reachable(folder, identity)
    copy = copies / version
    if not copy.is_dir():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{version}-", dir=copies))
        for name in present:
            shutil.copytree(base / name, unfinished / name, symlinks=True)
        unfinished.chmod(0o755)
        with contextlib.suppress(OSError):  # another process may have been first
            unfinished.rename(copy)
        shutil.rmtree(unfinished, ignore_errors=True)
    return copy
