"""What stands in functions of the database that run as the owner, where the planner does not show it: taken out as it is written there."""

from django.utils import timezone

from backoffice.database.statements import run
from integrations.key_functions import USABLE_KEY
from tests.plans.queries import hot
from tests.plans.rows import Sample
from webhooks.ingest_functions import OUTBOX
from webhooks.lane_functions import MARK_LANES

AS_OWNER = frozenset({"ingest: where an event goes", "ingest: mark lanes as due", "api: whose key it is"})


@hot("ingest: where an event goes")
def _routes(sample: Sample) -> object:
    """Every endpoint of the store, and those that it shares."""
    query = OUTBOX.partition("MATERIALIZED (")[2].partition("), stored AS (")[0]
    query = query.replace("of_store", "%(store)s::uuid").replace(
        "unnest(events)", "unnest(%(events)s::webhooks_post[])"
    )
    return run(query, {"store": sample.store.pk, "events": []})


@hot("ingest: mark lanes as due")
def _mark(sample: Sample) -> object:
    query = MARK_LANES.partition("true);")[2].partition("IF due")[0].replace("INTO due ", "").rstrip().rstrip(";")
    return run(query.replace("ANY(lanes)", "ANY(%(lanes)s::bigint[])"), {"lanes": [sample.lane.pk]})


@hot("api: whose key it is")
def _key(_sample: Sample) -> object:
    query = USABLE_KEY.partition("RETURN QUERY")[2].partition(";")[0]
    query = query.replace("= hash", "= %(hash)s").replace("> moment", "> %(moment)s")
    return run(query, {"hash": b"x" * 32, "moment": timezone.now()})
