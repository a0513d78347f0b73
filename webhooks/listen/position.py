"""What is kept between two runs: how far the events were read, and the secret that the receiver was told."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path


class NotKeptError(Exception):
    """The file that the position is kept in cannot be used; the text says why and what to do."""


@dataclass(slots=True)
class Position:
    """`cursor` stands before the events in `done`, which were forwarded already."""

    secret: str
    cursor: str = ""
    since: str = ""
    done: list[str] = field(default_factory=list)


def default_file(*identity: str) -> Path:
    """One file for each thing that is followed, in the user's folder for state."""
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return folder / "backoffice-listen" / f"{sha256(chr(0).join(identity).encode()).hexdigest()[:16]}.json"


def load(path: Path) -> Position | None:
    """What was kept; None where there is nothing. Raises NotKeptError for what cannot be read, or is something else."""
    try:
        return Position(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotKeptError(f"{path} cannot be read: {error.strerror}. Name another file with --state.") from error
    except (ValueError, TypeError) as error:
        raise NotKeptError(f"{path} is not a file of this program: remove it, or name another.") from error


def save(path: Path, position: Position) -> None:
    """Whole or not at all, and for its owner's eyes alone. Raises NotKeptError."""
    try:
        _write(path, json.dumps(asdict(position)))
    except OSError as error:
        raise NotKeptError(
            f"How far the events were read cannot be kept in {path}: {error.strerror}. Name another file with --state."
        ) from error


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
