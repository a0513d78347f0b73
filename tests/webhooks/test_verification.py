"""The snippets for receivers accept what we sign, and nothing else; each is run where its language is at hand, and all of them in CI."""

import base64
import json
import os
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
#: For a compiler that begins with its own libraries.
SECONDS = 240


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
    return _answers([found, "-e", CODE["node"] + ask], asked=_as_json(cases))


def php(cases: list[Case]) -> list[bool]:
    _needs("php")
    ask = """
foreach (json_decode(stream_get_contents(STDIN), true) as [$secret, $headers, $body]) {
    echo verify($secret, $headers, base64_decode($body)) ? "true\n" : "false\n";
}
"""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "webhooks.php"
        source.write_text(CODE["php"] + ask)
        return _answers(
            ["php", "-d", "error_reporting=-1", "-d", "display_errors=1", str(source)], asked=_as_json(cases)
        )


def go(cases: list[Case]) -> list[bool]:
    """In a package of its own, which is compiled with all of net/http the first time."""
    _needs("go")
    main = """package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	var cases []struct {
		Secret  string
		Headers map[string]string
		Body    []byte
	}
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	for _, given := range cases {
		headers := http.Header{}
		for name, value := range given.Headers {
			headers.Set(name, value)
		}
		fmt.Println(Verify(given.Secret, headers, given.Body))
	}
}
"""
    asked = json.dumps(
        [
            {"Secret": secret, "Headers": headers, "Body": base64.b64encode(body).decode()}
            for secret, headers, body in cases
        ]
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "go.mod").write_text("module webhooks\n\ngo 1.19\n")
        Path(folder, "verify.go").write_text(CODE["go"].replace("package webhooks", "package main", 1))
        Path(folder, "main.go").write_text(main)
        return _answers(["go", "run", "."], asked=asked, folder=folder)


def csharp(cases: list[Case]) -> list[bool]:
    """By Mono, whose libraries are those of .NET as far as the snippet goes."""
    _needs("mcs", "mono")
    main = """
public static class Program
{
    public static void Main(string[] given)
    {
        foreach (var line in given)
        {
            var parts = line.Split('\t');
            var headers = new Dictionary<string, string>();
            for (var at = 2; at + 1 < parts.Length; at += 2) headers[parts[at]] = parts[at + 1];
            Console.WriteLine(Webhooks.Verify(parts[0], headers, Convert.FromBase64String(parts[1])) ? "true" : "false");
        }
    }
}
"""
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "webhooks.cs"), Path(folder, "webhooks.exe")
        source.write_text(CODE["csharp"] + main)
        compiler = ["mcs", "-nologo", "-warnaserror", "-r:System.Core", f"-out:{program}", str(source)]
        subprocess.run(compiler, check=True, capture_output=True, timeout=SECONDS)
        return _answers(["mono", str(program), *_as_lines(cases)])


def java(cases: list[Case]) -> list[bool]:
    _needs("javac")
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
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "Webhooks.java"
        source.write_text(CODE["java"].replace("static boolean verify(", main, 1))
        return _answers(["java", str(source), *_as_lines(cases)])


def _needs(*tools: str) -> None:
    """In CI what is missing is a failure."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing and os.environ.get("CI"):
        pytest.fail(f"Not installed here: {', '.join(missing)}")
    if missing:
        pytest.skip(f"Not installed here: {', '.join(missing)}")


def _as_json(cases: list[Case]) -> str:
    return json.dumps([(secret, headers, base64.b64encode(body).decode()) for secret, headers, body in cases])


def _as_lines(cases: list[Case]) -> list[str]:
    """One argument a case, its parts between tabs: the secret, the body, and the headers as pairs."""
    return [
        "\t".join([secret, base64.b64encode(body).decode(), *(part for pair in headers.items() for part in pair)])
        for secret, headers, body in cases
    ]


def _answers(command: list[str], *, asked: str = "", folder: str | None = None) -> list[bool]:
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, timeout=SECONDS, cwd=folder)
    return [{"true": True, "false": False}[line] for line in done.stdout.split()]


@pytest.mark.parametrize("language", [python, node, php, java, go, csharp])
def test_what_we_sign_is_accepted_and_what_was_changed_refused(language: Callable[[list[Case]], list[bool]]) -> None:
    good, now = signed(SECRET), int(time.time())
    accepted: list[Case] = [(SECRET, good, BODY), (SECRET, signed(OLD, SECRET), BODY)]
    assert language(accepted) == [True, True], "during a rotation both keys sign"
    assert language([(SECRET, signed(SECRET, body=b""), b"")]) == [True], "a body may be empty"
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
        "a time beyond all": (SECRET, good | {"webhook-timestamp": "9" * 25}, BODY),
        "a time below all": (SECRET, good | {"webhook-timestamp": "-" + "9" * 18}, BODY),
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
