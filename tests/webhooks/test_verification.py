"""The snippets for receivers accept what we sign, and nothing else; each is run where its language is at hand."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import playwright
import pytest

from webhooks.delivery.signing import generate_secret, signature_header
from webhooks.event_types import EventType
from webhooks.example_bodies import example_body
from webhooks.verification import snippets

CODE = {snippet.slug: snippet.code for snippet in snippets()}
BODY = json.dumps(example_body(EventType.ORDER_CLOSED), ensure_ascii=False).encode() + "é\n".encode()
SECRET, OLD = generate_secret(), generate_secret()
Case = tuple[str, dict[str, str], bytes]


def signed(*secrets: str, body: bytes = BODY, at: int | None = None) -> dict[str, str]:
    timestamp = int(time.time()) if at is None else at
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature_header(secrets, message_id="evt_1", timestamp=timestamp, body=body),
    }


def python(cases: list[Case]) -> list[bool]:
    namespace: dict[str, Any] = {}
    exec(compile(CODE["python"], "python.txt", "exec"), namespace)
    return [namespace["verify"](*case) for case in cases]


def node(cases: list[Case]) -> list[bool]:
    """By the browser tests' own Node where no other is installed."""
    found = shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")
    ask = (
        "for (const [secret, headers, body] of JSON.parse(require('fs').readFileSync(0)))"
        " console.log(verify(secret, headers, Buffer.from(body, 'base64')));"
    )
    asked = json.dumps([(secret, headers, base64.b64encode(body).decode()) for secret, headers, body in cases])
    return _answers([found, "-e", CODE["node"] + ask], asked)


def java(cases: list[Case]) -> list[bool]:
    """One argument for each part of a case, and the headers as pairs."""
    if not shutil.which("javac"):
        pytest.skip("No Java compiler is installed here.")
    main = """
    public static void main(String[] given) throws Exception {
        for (String line : given) {
            String[] parts = line.split("\t", -1);
            var headers = new java.util.HashMap<String, String>();
            for (int at = 2; at + 1 < parts.length; at += 2) headers.put(parts[at], parts[at + 1]);
            System.out.println(verify(parts[0], headers, Base64.getDecoder().decode(parts[1])));
        }
    }
    static boolean verify("""
    lines = [
        "\t".join([secret, base64.b64encode(body).decode(), *(part for pair in headers.items() for part in pair)])
        for secret, headers, body in cases
    ]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "Webhooks.java"
        source.write_text(CODE["java"].replace("static boolean verify(", main, 1))
        return _answers(["java", str(source), *lines])


def _answers(command: list[str], asked: str = "") -> list[bool]:
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, timeout=60)
    return [{"true": True, "false": False}[line] for line in done.stdout.split()]


@pytest.mark.parametrize("language", [python, node, java])
def test_what_we_sign_is_accepted_and_what_was_changed_refused(language: Callable[[list[Case]], list[bool]]) -> None:
    good, now = signed(SECRET), int(time.time())
    accepted: list[Case] = [(SECRET, good, BODY), (SECRET, signed(OLD, SECRET), BODY)]
    assert language(accepted) == [True, True], "during a rotation both keys sign"
    refused: dict[str, Case] = {
        "another body": (SECRET, good, BODY.replace(b"1042", b"1043")),
        "another secret": (OLD, good, BODY),
        "another id": (SECRET, good | {"webhook-id": "evt_2"}, BODY),
        "another time": (SECRET, good | {"webhook-timestamp": str(now - 5)}, BODY),
        "too old": (SECRET, signed(SECRET, at=now - 400), BODY),
        "too new": (SECRET, signed(SECRET, at=now + 400), BODY),
        "no signature": (SECRET, good | {"webhook-signature": ""}, BODY),
        "another version": (SECRET, good | {"webhook-signature": good["webhook-signature"].replace("v1", "v2")}, BODY),
        "no headers": (SECRET, {}, BODY),
        "no time": (SECRET, good | {"webhook-timestamp": "soon"}, BODY),
    }
    verdicts = language(list(refused.values()))
    assert len(verdicts) == len(refused)
    assert [name for name, verdict in zip(refused, verdicts, strict=True) if verdict] == []


@pytest.mark.parametrize("slug", list(CODE))
def test_each_names_what_is_signed_and_compares_in_constant_time(slug: str) -> None:
    code = CODE[slug]
    for header in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        assert header in code
    constant = ("compare_digest", "timingSafeEqual", "hash_equals", "isEqual", "hmac.Equal", "FixedTimeEquals")
    assert sum(name in code for name in constant) == 1
