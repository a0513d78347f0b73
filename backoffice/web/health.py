"""Two answers for whoever runs the process: is it alive, and can it do its work."""

from collections.abc import Callable
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

DATABASE_SECONDS = 2
BROKER_SECONDS = 1

#: Says what is wrong in a few words, without addresses; "" if nothing is.
Check = Callable[[], str]
_further_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Called by an app when it is ready: one more thing without which the product is not ready. Asked only while the database answers."""
    _further_checks[name] = check


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive. Asks nothing of anyone: a database that is down is no reason to kill the web process."""
    del request
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready if database and broker answer within seconds and the apps' checks pass; else 503, with the problems and no addresses."""
    del request
    checks: dict[str, Check] = {"database": _database_problem, "broker": _broker_problem}
    problems = {name: problem for name, check in checks.items() if (problem := check())}
    if "database" not in problems:
        problems |= {name: problem for name, check in _further_checks.items() if (problem := check())}
    if problems:
        return JsonResponse({"status": "unavailable", "problems": problems}, status=503)
    return JsonResponse({"status": "ready", "problems": {}})


def _database_problem() -> str:
    """Connects anew: a pooled connection that hangs would make this answer hang with it."""
    parameters: dict[str, Any] = connections["default"].get_connection_params()
    parameters["connect_timeout"] = DATABASE_SECONDS
    try:
        with psycopg.connect(**parameters) as connection:
            connection.execute(f"SET statement_timeout = '{DATABASE_SECONDS}s'")
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        return type(error).__name__
    return ""


def _broker_problem() -> str:
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL, socket_connect_timeout=BROKER_SECONDS, socket_timeout=BROKER_SECONDS
    )
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return type(error).__name__
    finally:
        client.close()
    return ""
