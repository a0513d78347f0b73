"""The flow with which Node-RED receives order webhooks: it checks each call by the snippet for Node.js and answers by itself."""

import json
from typing import Any

from webhooks.verification import snippets

#: The option “Do not parse request body” came with this version.
OLDEST_VERSION = "4.1"
#: The environment variable that holds the endpoint's signing secret.
SECRET = "HUB_SIGNING_SECRET"  # noqa: S105  # its name
PATH = "/orders"

_IMPORT = 'const crypto = require("node:crypto");\n\n'
_ANSWER = f"""
if (!verify(env.get("{SECRET}") || "", msg.req.headers, msg.payload)) {{
  msg.statusCode = 401;
  msg.payload = "";
  return [null, msg];
}}
msg.event = JSON.parse(msg.payload);
msg.statusCode = 204;
msg.payload = "";
return [msg, msg];
"""


def function_code() -> str:
    """What the function node runs: `msg.event` of its first output is the event; the second output answers the call.

    Node-RED hands it `crypto`, which the flow names among the node's modules.
    """
    code = next(snippet.code for snippet in snippets() if snippet.slug == "node")
    return code.removeprefix(_IMPORT) + _ANSWER


def flow() -> str:
    """To be pasted into Node-RED's Import: an HTTP In node, the check, the answer, and a Debug node where an owner's own nodes go."""
    nodes: list[dict[str, Any]] = [
        {"id": "hub-tab", "type": "tab", "label": "Order webhooks"},
        {
            "id": "hub-in", "type": "http in", "z": "hub-tab", "name": "", "url": PATH, "method": "post", "upload": False,
            "skipBodyParsing": True, "x": 120, "y": 100, "wires": [["hub-check"]],
        },
        {
            "id": "hub-check", "type": "function", "z": "hub-tab", "name": "Is it ours?", "func": function_code(), "outputs": 2,
            "libs": [{"var": "crypto", "module": "crypto"}], "x": 310, "y": 100, "wires": [["hub-event"], ["hub-answer"]],
        },
        {
            "id": "hub-event", "type": "debug", "z": "hub-tab", "name": "Genuine events", "active": True, "tosidebar": True,
            "console": True,
            "complete": "event", "targetType": "msg", "x": 520, "y": 60, "wires": [],
        },
        {"id": "hub-answer", "type": "http response", "z": "hub-tab", "name": "", "x": 510, "y": 140, "wires": []},
    ]  # fmt: skip
    return json.dumps(nodes, indent=1)
