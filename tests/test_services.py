"""What an earlier test session left is cleared away; what somebody else put there is not."""

import re
from pathlib import Path

import pytest

from tests import services


def test_only_folders_of_ended_sessions_are_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SESSIONS", tmp_path)
    for name in ("111", "222", "333", "mine"):
        (tmp_path / name).mkdir()
    for name in ("111", "222", "mine"):
        (tmp_path / name / "lock").touch()
    running = services._lock(tmp_path / "222")
    assert running
    services._clear_abandoned_sessions()
    running.close()
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["222", "333", "mine"]


@pytest.mark.parametrize("part", ["web", "worker", "sweeper"])
def test_each_part_that_drains_is_given_time_to(part: str) -> None:
    """Docker's own ten seconds cut off what is being written down."""
    compose = (Path(__file__).parents[1] / "docker-compose.yml").read_text()
    section = re.search(rf"^  {part}:\n((?:    .*\n|\n)*)", compose, re.MULTILINE)
    assert section
    grace = re.search(r"^    stop_grace_period: (\d+)s$", section[1], re.MULTILINE)
    assert grace
    assert int(grace[1]) >= 40
