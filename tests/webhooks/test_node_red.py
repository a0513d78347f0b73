"""The flow for Node-RED: its function passes on what is ours and refuses the rest, run by Node as Node-RED runs it."""

import base64
import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import playwright

from webhooks.delivery.signing import generate_secret, signature_header
from webhooks.node_red import PATH, SECRET, flow, function_code

KEY, OLD = generate_secret(), generate_secret()
BODY = '{"id": "evt_1", "type": "order.closed", "data": {"order": {"number": "1042", "note": "Crème"}}}'.encode()
RUN = """
const [code, name, secret, headers, body] = JSON.parse(require("fs").readFileSync(0));
const run = new Function("msg", "env", "crypto", code);
const msg = {req: {headers}, payload: Buffer.from(body, "base64")};
const [event, answer] = run(msg, {get: (asked) => (asked === name ? secret : undefined)}, require("node:crypto"));
console.log(JSON.stringify({event: event && event.event, status: answer.statusCode, payload: answer.payload}));
"""


def received(*secrets: str, body: bytes = BODY, sent: bytes | None = None, at: int | None = None) -> Any:
    timestamp = int(time.time()) if at is None else at
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature_header(secrets, message_id="evt_1", timestamp=timestamp, body=body),
    }
    node = shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")
    given = [function_code(), SECRET, KEY, headers, base64.b64encode(sent or body).decode()]
    done = subprocess.run(
        [node, "-e", RUN], input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


def test_what_is_ours_goes_on_as_an_event() -> None:
    for secrets in ((KEY,), (OLD, KEY)):
        assert received(*secrets) == {"event": json.loads(BODY), "status": 204, "payload": ""}


def test_anything_else_is_refused() -> None:
    refused = {"event": None, "status": 401, "payload": ""}
    assert received(OLD) == refused
    assert received(KEY, sent=BODY.replace(b"1042", b"1043")) == refused
    assert received(KEY, at=int(time.time()) - 400) == refused


def test_the_flow_keeps_the_raw_body_and_joins_its_nodes() -> None:
    nodes = {node["id"]: node for node in json.loads(flow())}
    assert (nodes["hub-in"]["url"], nodes["hub-in"]["method"], nodes["hub-in"]["skipBodyParsing"]) == (
        PATH,
        "post",
        True,
    )
    joined = {name for node in nodes.values() for wire in node.get("wires", []) for name in wire}
    assert joined == {"hub-check", "hub-event", "hub-answer"}
    assert nodes["hub-check"]["libs"] == [{"var": "crypto", "module": "crypto"}]
