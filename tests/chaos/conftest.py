from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.servers import Servers
from tests.chaos.system import System


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers and receivers of the fault tests' own, which they may kill and restart."""
    started = Servers(tmp_path_factory.mktemp("chaos"))
    try:
        started.migrate()
        yield started
    finally:
        started.close()


@pytest.fixture
def system(servers: Servers, tmp_path: Path) -> Iterator[System]:
    """A database of the test's own, migrated; workers and sweeper are the test's to start."""
    started = System(servers, tmp_path)
    yield started
    started.close()
