"""What no template may contain: inline script or style, and the parts of htmx that need them or evaluate text."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(Path(__file__).parent.rglob("*.html"))
BANNED = {
    "hx-boost": r"hx-boost",
    "hx-on": r"hx-on[:=-]",
    "hx-history": r"hx-history=",
    "evaluated values": r"[\"']\s*(?:js|javascript):",
    "trigger filter": r"hx-trigger\s*=\s*(?:\"[^\"]*\[|'[^']*\[)",
    "hx-vars": r"hx-vars",
    "inline style": r"\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script\b(?![^>]*\bsrc=)",
    "event attribute": r"<[a-zA-Z][^>]*\son[a-z]+\s*=",
    "foreign host": r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//",
}
# A class name between block tags, and the symbol of a unit.
UNTRANSLATED = {"bare", "ms"}
# No browser policy covers mail, and mail programs drop style sheets.
IN_MAIL = {"inline style"}
PLANTED = {
    "hx-boost": '<a hx-boost="true">',
    "hx-on": '<a hx-on:click="x()">',
    "hx-history": '<div hx-history="false">',
    "evaluated values": "<a hx-vals='js:{a: 1}'>",
    "trigger filter": '<a hx-trigger="click[ctrlKey]">',
    "hx-vars": '<a hx-vars="a:1">',
    "inline style": '<p style="color: red">',
    "style element": "<style>p{}</style>",
    "inline script": "<script>x()</script>",
    "event attribute": '<a class="b" onclick="x()">',
    "foreign host": '<img src="//cdn.example/x.png">',
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_banned(path: Path) -> None:
    text = path.read_text()
    found = {name for name, pattern in BANNED.items() if re.search(pattern, text)}
    assert found <= (IN_MAIL if path.parent.name == "mail" else set())


def test_each_ban_catches_what_it_bans() -> None:
    assert BANNED.keys() == PLANTED.keys()
    for name, text in PLANTED.items():
        assert re.search(BANNED[name], text), name


@pytest.mark.parametrize("path", sorted((ROOT / "static/js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_write_text_only(path: Path) -> None:
    banned = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "localStorage")
    assert [word for word in banned if word in path.read_text()] == []


def test_every_string_of_a_page_is_translated() -> None:
    """Text between tags that no translation tag stands around; symbols and punctuation are free, and so is code."""
    left = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(
            r"{% (?:comment|blocktrans\w*).*?{% end(?:comment|blocktrans\w*) %}", "", path.read_text(), flags=re.DOTALL
        )
        text = re.sub(r"<code\b.*?</code>", "", text, flags=re.DOTALL)
        text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", text, flags=re.DOTALL)
        text = re.sub(r"<(?:\"[^\"]*\"|'[^']*'|[^>])*>", "\n", text)
        words = [line.strip(" —") for line in text.splitlines() if re.search(r"[A-Za-z]{2}", line)]
        words = [line for line in words if line not in UNTRANSLATED]
        if words:
            left[str(path.relative_to(ROOT))] = words
    assert left == {}
