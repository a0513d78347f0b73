"""Volume, success rate and latency of an endpoint as charts drawn on the server; the same figures stand in a table beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from webhooks.figure_series import Series, Span, Step, series
from webhooks.models import Endpoint
from webhooks.timings import milliseconds

WIDTH, HEIGHT = 380, 150
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 12, 24
_FLOOR = HEIGHT - BOTTOM
_LABELS = 4

Value = float | None


@dataclass(frozen=True, slots=True)
class Charts:
    volume: SafeString
    success: SafeString
    latency: SafeString


@dataclass(frozen=True, slots=True)
class Fares:
    """How an endpoint fared: the figures, and the charts drawn from them."""

    series: Series
    charts: Charts


def fares(endpoint: Endpoint, span: Span, *, zone: ZoneInfo, now: datetime) -> Fares:
    found = series(endpoint.pk, span, zone=zone, now=now)
    return Fares(found, charts(found, zone=zone))


def charts(of: Series, *, zone: ZoneInfo) -> Charts:
    """Each with a title that says in words what it shows."""
    whole, steps = of.whole, of.steps
    below = _days(of, zone)
    span = of.span.name
    volume_title = _("Attempts over the last %(span)s: %(succeeded)d succeeded, %(failed)d failed.") % {
        "span": span,
        "succeeded": whole.succeeded,
        "failed": whole.failed,
    }
    success_title = _("Success rate over the last %(span)s: %(percent)s of all attempts.") % {
        "span": span,
        "percent": whole.success,
    }
    latency_title = _(
        "Time to the answer over the last %(span)s: half within %(median)s, 95 of 100 within %(slow)s."
    ) % {
        "span": span,
        "median": whole.median,
        "slow": whole.slowest,
    }
    most = max(2, nice(max((step.total for step in steps), default=0)))
    slowest = nice(max((step.slowest_ms or 0 for step in steps), default=0))
    latency = [
        _line([step.slowest_ms for step in steps], slowest, "chart-slow"),
        _line([step.median_ms for step in steps], slowest, "chart-line"),
    ]
    return Charts(
        volume=_svg(volume_title, _scale(most, _count) + below, _bars(steps, most)),
        success=_svg(
            success_title,
            _scale(100, lambda value: f"{value:g} %") + below,
            _line([step.success_percent for step in steps], 100, "chart-line"),
        ),
        latency=_svg(latency_title, _scale(slowest, milliseconds) + below, _joined(latency)),
    )


def nice(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten: where an axis ends."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    return next((power * factor for factor in (1, 2, 5) if value <= power * factor), power * 10)


def _count(value: float) -> str:
    return f"{value / 1000:g} k" if value >= 1000 else f"{value:g}"


def _y(value: float, top: float) -> float:
    return round(_FLOOR - (_FLOOR - TOP) * value / top, 1)


def _x(index: int, count: int) -> float:
    """The middle of a step's column."""
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (index + 0.5) / count, 1)


def _svg(title: str, scale: SafeString, drawn: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" role="img" viewBox="0 0 {} {}"><title>{}</title>{}{}</svg>',
        WIDTH,
        HEIGHT,
        title,
        scale,
        drawn,
    )


def _scale(top: float, words: Callable[[float], str]) -> SafeString:
    """Lines at nothing, half and all of the axis, each with its value."""
    return format_html_join(
        "",
        '<line class="chart-grid" x1="{}" x2="{}" y1="{}" y2="{}"></line>'
        '<text class="chart-label" x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (LEFT, WIDTH - RIGHT, _y(value, top), _y(value, top), LEFT - 6, _y(value, top) + 4, words(value))
            for value in (0, top / 2, top)
        ),
    )


def _days(of: Series, zone: ZoneInfo) -> SafeString:
    """A few times beneath the chart, evenly spread."""
    steps = of.steps
    shown = range(0, len(steps), len(steps) // _LABELS)
    form = "TIME_FORMAT" if of.span.hours == 1 else "j M"
    return format_html_join(
        "",
        '<text class="chart-label" x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (_x(index, len(steps)), HEIGHT - 6, date_format(steps[index].start.astimezone(zone), form))
            for index in shown
        ),
    )


def _bars(steps: Sequence[Step], top: float) -> SafeString:
    """What succeeded from below, what failed on top of it."""
    width = round((WIDTH - LEFT - RIGHT) / len(steps) * 0.7, 1)
    drawn: list[tuple[object, ...]] = []
    for index, step in enumerate(steps):
        left = round(_x(index, len(steps)) - width / 2, 1)
        middle = _y(step.succeeded, top)
        if step.succeeded:
            drawn.append(("chart-good", left, middle, width, round(_FLOOR - middle, 1)))
        if step.failed:
            upper = _y(step.total, top)
            drawn.append(("chart-bad", left, upper, width, round(middle - upper, 1)))
    return format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"></rect>', drawn)


def _line(values: Sequence[Value], top: float, css: str) -> SafeString:
    """A line that stops where nothing was sent; a value without neighbours is a dot."""
    pieces: list[list[str]] = [[]]
    dots: list[tuple[object, ...]] = []
    for index, value in enumerate(values):
        if value is None:
            pieces.append([])
            continue
        x, y = _x(index, len(values)), _y(value, top)
        pieces[-1].append(f"{x},{y}")
        dots.append((css, x, y))
    lines = [(css, " ".join(piece)) for piece in pieces if len(piece) > 1]
    return format_html(
        "{}{}",
        format_html_join("", '<polyline class="{}" points="{}"></polyline>', lines),
        format_html_join("", '<circle class="{}-dot" cx="{}" cy="{}" r="2"></circle>', dots),
    )


def _joined(parts: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
