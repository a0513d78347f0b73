"""Whatever is sent to a queue of its own has workers that listen to it, in production and in the demo."""

from pathlib import Path

from django.conf import settings

from backoffice.celery import app
from backoffice.demo.__main__ import programs
from backoffice.demo.environment import Addresses
from integrations.runs import queue


def test_runs_have_a_queue_and_each_queue_has_its_workers() -> None:
    route = app.amqp.router.route({}, queue.EXECUTE)
    assert route["queue"].name == "runs"
    compose = (Path(__file__).parents[1] / "docker-compose.yml").read_text()
    demo = [program.command for program in programs(Addresses("localhost", 1, 2, {}, {}, {}, "redis://localhost/0"))]
    for name in {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}:
        assert f'"--queues", "{name}"' in compose
        assert any("--queues" in command and name in command for command in demo)
        assert any("worker" in command and "--queues" not in command for command in demo)
