"""Guides are Markdown that can bring no tag of its own."""

from integrations.guides import guide_html


def test_raw_html_and_script_links_stay_text() -> None:
    html = guide_html('<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src="x" onerror="y">')
    assert "<script" not in html
    assert "<img" not in html
    assert "<a " not in html


def test_tables_scroll_and_say_what_their_columns_are() -> None:
    html = guide_html("| A | B |\n|---|---|\n| 1 | 2 |")
    assert '<div class="table-responsive" tabindex="0">' in html
    assert '<th scope="col">A</th>' in html


def test_links_do_not_say_where_they_come_from() -> None:
    assert 'rel="noreferrer"' in guide_html("[docs](https://example.com)")
