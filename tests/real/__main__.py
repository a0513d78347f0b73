"""`python -m tests.real`: a real Vendure, the real product, and orders that go from one through the other to a signed webhook."""

import argparse
import json
import re
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.request import Request, urlopen

from tests.browser.demo import Demo, DemoProcess
from tests.real.pages import Page, Person
from tests.real.shop import CHANNEL, COUPON, Owner, Placed, buy
from tests.real.vendure import ADMIN, Missing, Vendure, Wrong, install, require_node

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "real"
STORE_OWNER, CODE = "store@harborstreet.example", "BOS-02"
HUB = f"/o/harbor-street/s/{CODE.lower()}/hub/"
RECEIVER_PATH = f"/hooks/ok/{CODE.lower()}"
#: Of everything that is waited for; a machine that does nothing else needs a tenth of it.
START_SECONDS, WAIT_SECONDS = 600, 120
#: Longer than a delivery takes: what has not come after it will not come.
QUIET_SECONDS = 5


class Story:
    """What happens, step by step, each printed as it is done."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, words: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self._began:6.1f} s  {words}\n")
        sys.stdout.flush()

    def tell(self) -> None:
        node = require_node()
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.say(f"Node {node}. Installing Vendure in {FOLDER.relative_to(ROOT)}.")
        self.say("Installed." if install(FOLDER) else "It was there already.")
        demo_process = DemoProcess(FOLDER / "demo")
        shutil.rmtree(demo_process.folder, ignore_errors=True)
        with Vendure(FOLDER, secrets.token_urlsafe(16)) as vendure:
            self.say(f"Vendure runs at {vendure.url}.")
            demo = demo_process.start(seconds=START_SECONDS)
            try:
                self.say(f"The back office runs at {demo.url}: web, worker, beat, sweeper, receiver.")
                self._sell(vendure, demo)
            finally:
                demo_process.stop()
        self.say("All of it is ended. Everything arrived, signed, once for each state.")

    def _sell(self, vendure: Vendure, demo: Demo) -> None:
        bread, rye = Owner(vendure).open_shop()
        owner = Owner(vendure, CHANNEL)
        self.say(
            "The shop is open: channel, tax, two products, shipping, payment, a coupon, an API key that reads orders."
        )
        hub = Hub(demo, vendure)
        self.say(f"Added Vendure to {CODE} through its pages. {hub.set_up(owner.api_key())}")

        orders = [
            buy(vendure, {bread: 2, rye: 1}),
            buy(vendure, {rye: 3}, coupon=COUPON),
            buy(vendure, {bread: 1}, coupon=COUPON, payment="card-later"),
        ]
        elsewhere = buy(vendure, {bread: 1}, channel="")
        self.say(
            f"Guests placed {len(orders)} orders in the channel and one outside of it: {', '.join(o.code for o in orders)}."
        )
        self.say(f"Pressed Run now. {hub.run()}")
        for order in orders:
            hub.arrived(order, "order.opened")
            hub.costs(order)
        self.say("Each arrived at the order webhook, signed, with the total that the shop told its guest.")

        sold_out, eaten, paid = orders
        # Vendure tells times in seconds on SQLite: a change within the second of the last look could not be told from it.
        time.sleep(1.5)
        owner.cancel(sold_out.id)
        owner.deliver(eaten.id)
        owner.settle(paid.id)
        owner.refund(paid.id, paid.total)
        self.say("The shop cancelled the first, delivered the second, and settled and refunded the third.")
        self.say(f"Pressed Run now. {hub.run()}")
        for order, event in ((sold_out, "order.voided"), (eaten, "order.closed"), (paid, "order.refunded")):
            hub.arrived(order, event)
        self.say("The order webhook heard of all three, signed.")

        before = hub.heard()
        self.say(f"Pressed Run now. {hub.run()}")
        time.sleep(QUIET_SECONDS)
        if hub.heard() != before:
            raise Wrong("A pull of what was there already brought something new.")
        if any(order_id == f"vendure:{elsewhere.id}" for order_id, _event in before):
            raise Wrong("An order of another channel arrived.")
        self.say("A third pull brought nothing new, and the order outside of the channel never came.")
        self.say(hub.refused())


class Hub:
    """The store's hub as its owner uses it, and what came of it at the receiver and over the developer API."""

    def __init__(self, demo: Demo, vendure: Vendure) -> None:
        self._demo = demo
        self._person = Person(demo.url)
        self._person.sign_in(STORE_OWNER, demo.password(STORE_OWNER))
        self._settings = {
            "admin_api_url": f"{vendure.url}/{ADMIN}", "channel": CHANNEL, "sign_in": "api_key", "look_back_days": "7",
        }  # fmt: skip
        self._page = ""

    def set_up(self, api_key: str) -> str:
        """Add > Disclaimer > Confirm > gear > Test connection > Save; returns what the test said."""
        self._person.send(f"{HUB}catalog/vendure/add/", accepted="on")
        current = self._person.open(f"{HUB}integrations/").text
        gear = re.search(rf'href="({HUB}integrations/int_[a-z0-9]+/)"\s+title="Configure"', current, re.IGNORECASE)
        if gear is None:
            raise Wrong("Current Integrations has no gear for Vendure.")
        self._page = gear.group(1)
        said = self._send_settings(self._page + "test/", api_key=api_key).words
        told = re.search(r"Connected to the channel .*?Orders there: \d+\.", said)
        if told is None:
            raise Wrong(f"Test connection did not succeed: {said[-1500:]}")
        self._send_settings(self._page, api_key=api_key)
        return f"Test connection: {told.group()}"

    def run(self, *, fails: bool = False) -> str:
        """Press Run now and wait until the run is over; returns its counts, or why it failed."""
        tab = self._person.open(f"{self._page}?tab=action")
        run = self._person.post(f"{self._page}start/", tab, action="pull_orders", since="")
        if "/runs/run_" not in run.url:
            raise Wrong(f"The run did not start: {run.words[-1500:]}")
        run = _until(lambda: self._over(run.url), "the run is over")
        told = re.search(r"Progress (\w+) .*?Created (\d+) Updated (\d+) Skipped (\d+) Failed (\d+)", run.words)
        if told is None or told.group(1) != ("Failed" if fails else "Succeeded"):
            raise Wrong(f"The run ended otherwise than it should: {run.words[-1500:]}")
        return told.group()

    def refused(self) -> str:
        """What the owner reads once the key does not work any more."""
        self._send_settings(self._page, api_key="0123456789ab:not-the-key")
        words = self.run(fails=True)
        told = re.search(r"Vendure does not know the API key\.", words)
        if told is None:
            raise Wrong(f"A wrong key is not told in words: {words[-1500:]}")
        return f"With a wrong key the run says: {told.group()}"

    def arrived(self, order: Placed, event: str) -> None:
        """Wait until the receiver heard of it. Raises Wrong for a bad signature or for twice the same."""

        def calls() -> list[dict[str, object]]:
            rows = self._demo.received(RECEIVER_PATH)
            return [row for row in rows if row["order_id"] == f"vendure:{order.id}" and row["event_type"] == event]

        found = _until(calls, f"{event} of {order.code} arrives")
        if len({row["webhook_id"] for row in found}) != 1 or not all(row["verified"] for row in found):
            raise Wrong(f"{event} of {order.code} came twice or with a wrong signature: {found}")

    def heard(self) -> list[tuple[object, object]]:
        return [(row["order_id"], row["event_type"]) for row in self._demo.received(RECEIVER_PATH)]

    def costs(self, order: Placed) -> None:
        """Compare with what the developer API tells."""
        request = Request(f"{self._demo.url}/api/v1/orders/vendure:{order.id}")
        request.add_header("Authorization", f"Bearer {self._demo.key(CODE)}")
        with urlopen(request, timeout=30) as answer:
            told = json.load(answer)
        written = told.get("order", told)
        totals = written["totals"]
        sums = totals["subtotal"] - totals["discount"] + totals["service_charge"] + totals["tax"]
        if not (totals["total"] == order.total == sums):
            raise Wrong(f"{order.code} costs {order.total} in the shop and is told as {totals}.")

    def _send_settings(self, path: str, **secret: str) -> Page:
        form = self._person.open(self._page)
        version = re.search(r'name="_version" value="(\d+)"|value="(\d+)"[^>]*name="_version"', form.text)
        if version is None:
            raise Wrong("The Settings tab has no version.")
        return self._person.post(path, form, _version=version.group(1) or version.group(2), **self._settings, **secret)

    def _over(self, url: str) -> Page | None:
        page = self._person.open(url)
        return page if "data-poll-done" in page.text else None


def _until(look: Callable[[], T | None], what: str) -> T:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.3)
    raise Wrong(f"Waited {WAIT_SECONDS} s until {what}.")


def main() -> int:
    """Exit status 1, with words, for what is missing or went wrong."""
    argparse.ArgumentParser(prog="python -m tests.real", description=__doc__).parse_args()
    try:
        Story().tell()
    except (Missing, Wrong, RuntimeError, TimeoutError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
