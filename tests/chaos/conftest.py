from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.system import System


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    """Servers and a receiver of the test's own, migrated; worker and sweeper are the test's to start."""
    started = System(tmp_path)
    yield started
    started.close()
