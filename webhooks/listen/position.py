"""What is kept between two runs: how far the events were read, and the secret that the receiver was told."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path


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
    """What was kept; None where there is nothing. Raises ValueError for a file that is something else."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return Position(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is not a file of this program: remove it, or name another.") from error


def save(path: Path, position: Position) -> None:
    """Whole or not at all, and for its owner's eyes alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(position), file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
