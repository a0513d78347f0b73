"""Components with content between their tags, and those with many optional parts."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice.web.lists import Page
from backoffice.web.templatetags.web import icon as draw_icon
from backoffice.web.templatetags.web import query

register = template.Library()

# kind: (colour, icon). The icon and the words carry the meaning; colour only repeats it.
_BADGES = {
    "success": ("green", "circle-check"),
    "warning": ("yellow", "triangle-alert"),
    "danger": ("red", "circle-x"),
    "info": ("blue", "info"),
    "progress": ("azure", "clock"),
    "paused": ("secondary", "circle-pause"),
    "neutral": ("secondary", "circle-dashed"),
    "locked": ("secondary", "lock"),
    "accent": ("pink", "sparkles"),
}
_EMPTY_ICONS = {"none-yet": "inbox", "no-match": "search-x", "no-permission": "lock", "not-licensed": "sparkles"}


@register.simple_tag
def badge(text: object, *, kind: str = "neutral", icon: str = "") -> SafeString:
    """A state in words with an icon. Kinds: success, warning, danger, info, progress, paused, neutral, locked, accent.

    Made without a template, for lists have several in each row.
    """
    color, drawn = _BADGES[kind]
    return format_html(
        '<span class="badge state state-{}">{}{}</span>\n', color, draw_icon(icon or drawn, size=14), text
    )


@register.simple_block_tag
def card(content: str, *, title: str = "", icon: str = "", lead: str = "", flush: bool = False) -> SafeString:
    """A card; `flush` lets a table or list reach its edges."""
    context = {"content": content, "title": title, "icon_name": icon, "lead": lead, "flush": flush}
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def breadcrumbs(content: str, *, here: str) -> SafeString:
    """The way to this page: between the tags an `<li>` with a link for each page above it; `here` is this one."""
    return render_to_string("components/breadcrumbs.html", {"content": content, "here": here})


@register.simple_block_tag
def card_table(content: str, *, caption: str, cards: bool = True, show_caption: bool = False) -> SafeString:
    """A card with a table; between the tags its head and body.

    With `cards` each row is a card on a phone: then cells carry `data-label`. The caption is for screen readers unless shown.
    """
    context = {"content": content, "caption": caption, "cards": cards, "show_caption": show_caption}
    return render_to_string("components/card_table.html", context)


@register.simple_block_tag
def empty_state(content: str, *, kind: str, title: str, text: str, icon: str = "") -> SafeString:
    """What would appear here, what follows from that, and between the tags the one thing to do.

    Kinds: none-yet, no-match, no-permission, not-licensed.
    """
    context = {"content": content, "kind": kind, "title": title, "text": text, "icon_name": icon or _EMPTY_ICONS[kind]}
    return render_to_string("components/empty_state.html", context)


@register.simple_block_tag
def dialog(content: str, *, id: str, title: str, icon: str = "", tone: str = "") -> SafeString:  # noqa: A002
    """A native dialog, opened by `<a href="(confirm page)" data-dialog="(id)">`: the page serves where no script runs.

    Give the safe button (Cancel) `autofocus` and `data-dialog-close`.
    """
    context = {"content": content, "id": id, "title": title, "icon_name": icon, "tone": tone}
    return render_to_string("components/dialog.html", context)


@register.inclusion_tag("components/save_bar.html")
def save_bar(*, form: str, save: str = "") -> dict[str, Any]:
    """Names the unsaved changes of the form whose id is `form` and offers Save and Discard; needs `data-unsaved` on it."""
    return {"form_id": form, "save_label": save}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], *, parameter: str = "cursor", target: str = "") -> dict[str, Any]:
    """Previous and Next of a keyset page; with `target` (an id) htmx swaps only that element."""
    request: HttpRequest = context["request"]
    return {
        "page": page,
        "target": target,
        "previous_url": request.path + query(context, **{parameter: page.previous_cursor}),
        "next_url": request.path + query(context, **{parameter: page.next_cursor}),
    }


@register.inclusion_tag("components/progress.html")
def progress(value: int, total: int, *, label: str) -> dict[str, Any]:
    """A native progress bar with "n of m" beside it."""
    return {"value": value, "total": max(total, 1), "shown_total": total, "label": label}


@register.inclusion_tag("components/switch.html")
def switch(name: str, *, label: str, checked: bool = False, value: str = "on", **options: Any) -> dict[str, Any]:
    """A switch: pink and right when on, grey and left when off. Options: `id`, `disabled`, `reason` (why),
    `hide_label`.
    """
    return {
        "name": name,
        "label": label,
        "checked": checked,
        "id": options.get("id") or f"switch-{name}",
        "value": value,
        "disabled": bool(options.get("disabled")),
        "reason": options.get("reason", ""),
        "hide_label": bool(options.get("hide_label")),
    }


@register.inclusion_tag("components/code_block.html")
def code_block(text: str, *, id: str, label: str) -> dict[str, Any]:  # noqa: A002
    """Code or JSON with a Copy button; `label` says what is copied, `id` must be unique on the page."""
    return {"text": text, "id": id, "label": label}


@register.inclusion_tag("components/definition_list.html")
def definition_list(rows: list[tuple[str, Any]]) -> dict[str, Any]:
    """Facts as term and value; a None value shows a dash."""
    return {"rows": rows}
