"""`python -m tests.real.node_red`: a real Node-RED with the flow that the page for developers gives, and signed calls to it."""

import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backoffice.demo import processes
from backoffice.demo.server import HOST, free_port
from tests.real.vendure import Missing, Wrong, install, require_node
from webhooks.delivery.signing import generate_secret, signature_header

PACKAGES = ("node-red@4.1.8",)
FOLDER = Path(__file__).resolve().parents[2] / "var" / "real-node-red"
START_SECONDS = 120
SECRET, OLD = generate_secret(), generate_secret()
BODY = json.dumps(
    {"id": "evt_1", "type": "order.closed", "data": {"order": {"number": "1042", "note": "Crème"}}}, ensure_ascii=False
).encode()


@contextmanager
def node_red(flow: str, environment: dict[str, str]) -> Iterator[tuple[str, Path]]:
    """Its address and its log, while it runs with this flow. Raises Wrong where it does not start."""
    user, log, port = FOLDER / "user", FOLDER / "node-red.log", free_port()
    shutil.rmtree(user, ignore_errors=True)
    user.mkdir(parents=True)
    (user / "flows.json").write_text(flow)
    main = FOLDER / "node_modules" / "node-red" / "red.js"
    command = [
        "node",
        str(main),
        "--userDir",
        str(user),
        "--port",
        str(port),
        "-D",
        f"uiHost={HOST}",
        str(user / "flows.json"),
    ]
    with log.open("wb") as output:
        process = processes.spawn(command, output=output, environment={**os.environ, **environment}, folder=FOLDER)
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Started flows" not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Wrong(f"Node-RED did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)
        yield f"http://{HOST}:{port}", log
    finally:
        processes.end(process)


def answer(url: str, *secrets: str, sent: bytes = BODY, seconds_ago: int = 0) -> int:
    """The status that a call signed with these secrets is answered with; `sent` goes in place of what was signed."""
    timestamp = int(time.time()) - seconds_ago
    headers = {
        "content-type": "application/json",
        "webhook-id": "evt_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature_header(secrets, message_id="evt_1", timestamp=timestamp, body=BODY),
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(url, sent, headers), timeout=30) as came:
            return int(came.status)
    except urllib.error.HTTPError as error:
        return error.code


def tell() -> None:
    """Raises Missing and Wrong."""
    os.environ.setdefault("ENVIRONMENT", "test")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    # Snippets are read where the settings say.
    from webhooks.node_red import PATH, flow
    from webhooks.node_red import SECRET as NAME

    node = require_node("Node-RED")
    FOLDER.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"Node {node}. Installing Node-RED.\n")
    install(FOLDER, PACKAGES)
    with node_red(flow(), {NAME: SECRET}) as (url, log):
        sys.stdout.write(f"Node-RED runs at {url}.\n")
        told = {
            "signed": answer(url + PATH, SECRET),
            "signed during a rotation": answer(url + PATH, OLD, SECRET),
            "with another secret": answer(url + PATH, OLD),
            "with another body": answer(url + PATH, SECRET, sent=BODY.replace(b"1042", b"1043")),
            "of seven minutes ago": answer(url + PATH, SECRET, seconds_ago=420),
        }
        seen = log.read_text(errors="replace").count("Genuine events")
    if list(told.values()) != [204, 204, 401, 401, 401] or seen != 2:
        raise Wrong(f"Node-RED answered {told} and passed {seen} events on, where it should pass 2.")
    sys.stdout.write(f"A call is answered so: {told}. The two genuine ones came out as events.\n")


def main() -> int:
    """Exit status 1, with words, for what is missing or went wrong."""
    try:
        tell()
    except (Missing, Wrong) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
