"""The template tags, rendered as a page would."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import time_machine
from django.template import Context, Template
from django.test import RequestFactory

from backoffice.web.charts import points
from backoffice.web.lists import Page

MOMENT = datetime(2026, 5, 3, 18, 5, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context)).strip()


def test_icon_is_hidden_unless_it_speaks() -> None:
    assert 'aria-hidden="true"' in render('{% icon "plus" %}')
    spoken = render('{% icon "plus" label=label %}', label='Add "it"')
    assert "aria-hidden" not in spoken
    assert 'aria-label="Add &quot;it&quot;"' in spoken


def test_time_in_the_zone_of_the_store() -> None:
    store = SimpleNamespace(timezone="America/New_York")
    html = render("{% local_time moment %}", moment=MOMENT, current_store=store)
    assert html == (
        '<time datetime="2026-05-03T18:05:00+00:00" title="May 3, 2026, 2:05 p.m. EDT">May 3, 2026, 2:05 p.m.</time>'
    )
    assert "6:05 p.m. UTC" in render("{% local_time moment %}", moment=MOMENT)
    named = render("{% local_time moment zone=True %}", moment=MOMENT, current_store=store)
    assert named.endswith(">May 3, 2026, 2:05 p.m. EDT</time>")
    assert render("{% local_time moment %}", moment=None) == "—"


@time_machine.travel(MOMENT, tick=False)
def test_time_ago() -> None:
    def ago(**delta: int) -> str:
        return (
            render("{% local_time moment ago=True %}", moment=MOMENT - timedelta(**delta)).split(">")[1].split("<")[0]
        )

    assert ago(seconds=59) == "just now"
    assert ago(minutes=3).replace("\xa0", " ") == "3 minutes ago"
    assert ago(hours=-2).replace("\xa0", " ") == "in 2 hours"


def test_query_changes_and_removes() -> None:
    request = RequestFactory().get("/", {"q": "a&b", "page": "2"})
    assert render("{% query page=3 %}", request=request) == "?q=a%26b&amp;page=3"
    assert render("{% query q=None page='' %}", request=request) == "?"


def test_pagination_keeps_the_filters() -> None:
    request = RequestFactory().get("/list/", {"q": "a", "cursor": "old"})
    html = render("{% pagination page %}", request=request, page=Page([], "new", None))
    assert 'href="/list/?q=a&amp;cursor=new"' in html
    assert 'rel="prev"' not in html
    assert render("{% pagination page %}", request=request, page=Page([], None, None)) == ""


def test_sparkline_has_words_and_escapes_them() -> None:
    html = render("{% sparkline values title=title %}", title="Orders <b>", values=[0, 5, 10])
    assert "<title>Orders &lt;b&gt;</title>" in html
    assert 'points="2.0,30.0 60.0,16.0 118.0,2.0"' in html
    assert "<polyline" not in render('{% sparkline values title="None" %}', values=[])


def test_points_of_zeros_lie_at_the_bottom() -> None:
    assert points([0, 0], width=10, height=10) == [(2.0, 8.0), (8.0, 8.0)]


def test_components_escape_what_they_are_given() -> None:
    bad = "<script>x</script>"
    for source in (
        "{% badge bad %}",
        "{% card title=bad %}{{ bad }}{% endcard %}",
        '{% empty_state kind="no-match" title=bad text=bad %}{% endempty_state %}',
        '{% dialog id="d" title=bad %}{{ bad }}{% enddialog %}',
        '{% code_block bad id="c" label=bad %}',
        '{% switch "s" label=bad reason=bad %}',
        "{% progress 1 2 label=bad %}",
        "{% definition_list rows %}",
    ):
        html = render(source, bad=bad, rows=[(bad, bad)])
        assert "<script" not in html, source
        assert "&lt;script&gt;" in html, source


def test_switch_states() -> None:
    html = render(
        '{% switch "hub" label="Mill Lane" checked=True disabled=True reason="All in use." hide_label=True %}'
    )
    for part in ('role="switch"', "checked", "disabled", 'aria-describedby="switch-hub-reason"', "visually-hidden"):
        assert part in html
