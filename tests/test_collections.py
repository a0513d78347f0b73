"""The garbage collector leaves alone what a process loads once, in web workers and in the workers that Celery forks."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest
from celery.signals import worker_before_create_process

#: Django alone makes more objects than this.
MANY = 50_000


@pytest.fixture
def thawed() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_a_web_worker_freezes_what_it_has_loaded() -> None:
    counted = "import gc, backoffice.wsgi; print(gc.get_freeze_count())"
    answer = subprocess.run([sys.executable, "-c", counted], capture_output=True, text=True, check=True)
    assert int(answer.stdout) > MANY


@pytest.mark.usefixtures("thawed")
def test_a_worker_freezes_what_it_has_loaded_before_it_forks() -> None:
    assert gc.get_freeze_count() == 0
    worker_before_create_process.send(sender=None)
    assert gc.get_freeze_count() > MANY
