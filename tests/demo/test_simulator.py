import json
import random
from collections.abc import Mapping
from typing import Any

import pytest

from backoffice.demo.orders import Shop
from backoffice.demo.simulator import Answer, Api, Simulator, Till, tills_of


class FakeApi(Api):
    """Answers with what it is given, then with 202."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__("http://127.0.0.1:1")
        self.answers = list(answers)
        self.posts: list[tuple[str, Mapping[str, Any], Mapping[str, str]]] = []

    def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        self.posts.append((path, json.loads(json.dumps(body)), dict(headers)))
        return self.answers.pop(0) if self.answers else Answer(202)


def simulator(api: Api, pauses: list[float] | None = None) -> Simulator:
    tills = [Till("NYC-01", "hub_live_key", Shop("restaurant", "USD", "America/New_York"))]
    sleeps = pauses if pauses is not None else []
    return Simulator(api, tills, rate=1e6, chance=random.Random(1), sleep=sleeps.append, say=lambda _: None)


def test_each_event_is_posted_once_with_a_key_of_its_own() -> None:
    api = FakeApi()
    assert simulator(api).run(events=50) == 50
    keys = [headers["Idempotency-Key"] for _, _, headers in api.posts]
    assert len(set(keys)) == 50
    for path, body, headers in api.posts:
        assert path == "/api/v1/orders"
        assert headers["Authorization"] == "Bearer hub_live_key"
        assert headers["Idempotency-Key"] == f"{body['order']['id']}-{body['order']['version']}"
        assert "store" not in body["order"]


def test_the_versions_of_an_order_are_posted_in_their_order() -> None:
    api = FakeApi()
    simulator(api).run(events=80)
    versions: dict[str, list[int]] = {}
    for _, body, _ in api.posts:
        versions.setdefault(body["order"]["id"], []).append(body["order"]["version"])
    assert len(versions) > 5
    assert all(seen == list(range(1, len(seen) + 1)) for seen in versions.values())


def test_a_busy_or_broken_api_is_asked_again_with_the_same_key() -> None:
    api = FakeApi(Answer(429, retry_after=7), Answer(503), Answer(0))
    pauses: list[float] = []
    simulator(api, pauses).run(events=1)
    assert len({headers["Idempotency-Key"] for _, _, headers in api.posts}) == 1
    assert len(api.posts) == 4
    assert [pause for pause in pauses if pause >= 0.5] == [7, 1.0, 2.0]


def test_a_refused_order_is_given_up_and_a_refused_store_rests() -> None:
    api = FakeApi(Answer(403, b"license_required"))
    one = simulator(api)
    one._open_order()
    step = one._steps[0]
    assert one._post(step.till, next(step.events)) is False
    assert step.till.resting_until > 0


def test_it_posts_to_this_machine_alone() -> None:
    with pytest.raises(ValueError, match="this machine alone"):
        Api("http://192.0.2.1:8000")


def test_an_api_that_is_not_there_is_no_answer() -> None:
    assert Api("http://127.0.0.1:1").post("/api/v1/orders", {}, {}) == Answer(0)


def test_only_licensed_stores_of_the_demo_post() -> None:
    def row(organization: str, code: str, key: str | None, *, licensed: bool) -> dict[str, Any]:
        return {"organization": organization, "code": code, "name": code, "api_key": key, "licensed": licensed}

    description = {
        "stores": [
            row("Harbor Street Kitchens", "NYC-01", "a", licensed=True),
            row("Harbor Street Kitchens", "MIA-11", "b", licensed=False),
            row("Maple & Pine Coffee", "TYO-1", "c", licensed=True),
            row("Somebody Else", "NYC-01", "d", licensed=True),
        ]
    }
    assert [(till.key, till.shop.currency) for till in tills_of(description)] == [("a", "USD"), ("c", "JPY")]
