"""The phases of one attempt as a bar drawn on the server; the same figures stand in a table beside it."""

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from webhooks.models import Attempt

WIDTH = 600
HEIGHT = 14
#: A phase that took any time at all is at least this wide, or nobody sees it.
NARROWEST = 3.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of an attempt. `code` names its colour in the stylesheet."""

    code: str
    name: str
    milliseconds: float


def phases(attempt: Attempt) -> list[Phase]:
    """The steps in the order they happen; the rest of the total is what sending and reading took."""
    known = [
        Phase("dns", _("Name lookup"), attempt.dns_ms),
        Phase("connect", _("Connecting"), attempt.connect_ms),
        Phase("tls", _("Securing (TLS)"), attempt.tls_ms),
        Phase("wait", _("Waiting for the answer"), attempt.first_byte_ms),
    ]
    rest = attempt.total_ms - sum(phase.milliseconds for phase in known)
    return [*known, Phase("transfer", _("Sending and reading"), max(0.0, round(rest, 1)))]


def widths(steps: list[Phase]) -> list[float]:
    """How wide each phase is drawn, in units of the bar's `WIDTH`; together exactly that where anything took time."""
    total = sum(step.milliseconds for step in steps)
    if total <= 0:
        return [0.0 for _step in steps]
    raised = [max(NARROWEST, WIDTH * step.milliseconds / total) if step.milliseconds > 0 else 0.0 for step in steps]
    scale = WIDTH / sum(raised)
    return [width * scale for width in raised]


def bar_svg(steps: list[Phase]) -> SafeString:
    """The bar, with a sentence of all figures as its title."""
    words = ", ".join(f"{step.name} {milliseconds(step.milliseconds)}" for step in steps if step.milliseconds > 0)
    drawn, left = [], 0.0
    for step, width in zip(steps, widths(steps), strict=True):
        drawn.append((step.code, f"{left:.1f}", f"{width:.1f}", HEIGHT))
        left += width
    rects = format_html_join("", '<rect class="timing-{}" x="{}" y="0" width="{}" height="{}"></rect>', drawn)
    return format_html(
        '<svg class="timing-bar" role="img" viewBox="0 0 {} {}" preserveAspectRatio="none"><title>{}</title>{}</svg>',
        WIDTH,
        HEIGHT,
        words or _("No time was measured."),
        rects,
    )


def milliseconds(value: float) -> str:
    """`42 ms`, `1.2 s`: with as many digits as tell something."""
    if value >= 1000:
        return _("%(number)s s") % {"number": f"{value / 1000:.1f}"}
    return _("%(number)s ms") % {"number": f"{value:.0f}" if value >= 10 or value == 0 else f"{value:.1f}"}
