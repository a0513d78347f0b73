"""An order reaches its endpoint within a second of its post, nearly always."""

import time

import pytest

from backoffice.demo.simulator import Api
from tests.browser.demo import Demo, arrived_at

# In this folder for the demo that the browser tests run; it needs no browser itself.
pytestmark = pytest.mark.faults
ORDERS = 200
PAUSE_SECONDS = 0.05


def test_p99_from_post_to_arrival_is_below_a_second(demo: Demo, api: Api) -> None:
    path = "/hooks/ok/den-04"
    posted = {}
    for number in range(ORDERS):
        order_id = f"latency-{number:04}"
        posted[order_id] = time.time()
        assert demo.post(api, "DEN-04", order_id).status == 202
        time.sleep(PAUSE_SECONDS)
    demo.wait_for_call(path, order_id)
    deadline = time.monotonic() + 10
    calls = demo.received(path)
    while not posted.keys() <= {call["order_id"] for call in calls} and time.monotonic() < deadline:
        time.sleep(0.2)
        calls = demo.received(path)
    ours = [call for call in calls if call["order_id"] in posted]
    assert len(ours) == ORDERS
    assert all(call["verified"] for call in ours)
    seconds = sorted(arrived_at(call) - posted[call["order_id"]] for call in ours)
    assert seconds[int(ORDERS * 0.99) - 1] < 1, (
        f"p99 {seconds[int(ORDERS * 0.99) - 1]:.3f} s, worst {seconds[-1]:.3f} s"
    )
