"""Small charts as SVG drawn on the server: no script, no colour that carries meaning alone."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString


def points(values: Sequence[float], *, width: int, height: int, margin: int = 2) -> list[tuple[float, float]]:
    """Where each value lies in a box of `width` x `height`, from zero (bottom) to the greatest value (top)."""
    top = max(values, default=0) or 1
    step = (width - 2 * margin) / max(len(values) - 1, 1)
    span = height - 2 * margin
    return [
        (round(margin + index * step, 1), round(margin + span * (1 - value / top), 1))
        for index, value in enumerate(values)
    ]


def sparkline_svg(values: Sequence[float], *, title: str, width: int = 120, height: int = 32) -> SafeString:
    """A line of `values`; `title` says in words what it shows, for those who do not see it."""
    line = points(values, width=width, height=height)
    if not line:
        return format_html(
            '<svg class="sparkline" role="img" viewBox="0 0 {0} {1}" width="{0}" height="{1}"><title>{2}</title></svg>',
            width,
            height,
            title,
        )
    path = " ".join(f"{x},{y}" for x, y in line)
    area = f"{line[0][0]},{height} {path} {line[-1][0]},{height}"
    return format_html(
        '<svg class="sparkline" role="img" viewBox="0 0 {0} {1}" width="{0}" height="{1}"><title>{2}</title>'
        '<polygon class="sparkline-area" points="{3}"></polygon>'
        '<polyline class="sparkline-line" points="{4}"></polyline>'
        '<circle class="sparkline-end" cx="{5}" cy="{6}" r="2"></circle></svg>',
        width,
        height,
        title,
        area,
        path,
        line[-1][0],
        line[-1][1],
    )
