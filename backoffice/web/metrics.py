"""`/metrics` in the text format of Prometheus: what the collectors of the apps above tell, for whoever has the token."""

import secrets
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from backoffice.web.remembered import Remembered

#: However many scrapers ask, the database is asked once in so many seconds by each process.
REMEMBERED_SECONDS = 5.0

Tell = Callable[[], Iterable[Metric]]

_registry = CollectorRegistry()


class _FromFunction(Collector):
    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def collect(self) -> Iterator[Metric]:
        yield from self._tell()

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry would ask the database for it while the process starts."""
        return iter(())


def register_metrics(tell: Tell) -> None:
    """Called once by an app when it is ready. Metrics must come from the database: any process may be the one that is asked."""
    _registry.register(_FromFunction(tell))


text = Remembered(lambda: generate_latest(_registry), seconds=REMEMBERED_SECONDS)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For a monitoring system: the bearer token of METRICS_TOKEN opens it. Without that setting there is no such page in production."""
    if not settings.METRICS_TOKEN:
        if settings.PRODUCTION:
            raise Http404
    elif not _has_token(request):
        return HttpResponse("A bearer token is needed.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(text(), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and secrets.compare_digest(
        token.strip().encode(), settings.METRICS_TOKEN.encode()
    )
