"""Views that show every component once; the tests drive them, the product has no such pages."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from backoffice.web import toasts
from backoffice.web.errors import error_page
from backoffice.web.lists import Page
from backoffice.web.pages import page


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    url: str
    current: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    timezone: str = "America/New_York"


class GalleryForm(forms.Form):
    name = forms.CharField(help_text="As it should appear on receipts.")
    address = forms.URLField(label="Endpoint address", assume_scheme="https")
    state = forms.ChoiceField(choices=[("on", "On"), ("off", "Off")], required=False)
    channel = forms.ChoiceField(choices=[("pos", "Point of sale"), ("web", "Online")], widget=forms.RadioSelect)
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    accept = forms.BooleanField(label="I accept the terms")
    quantity = forms.IntegerField(label="Licenses", min_value=0, max_value=10, initial=2)


def _context(request: HttpRequest) -> dict[str, object]:
    return {
        "form": GalleryForm(initial={"name": "Corner Deli", "channel": "pos"}),
        "bad_form": _bad_form(),
        "pages": Page(items=[], next_cursor="n", previous_cursor="p"),
        "values": [3, 5, 2, 8, 13, 9, 14, 12, 18],
        "moment": datetime(2026, 5, 3, 18, 5, tzinfo=UTC),
        "facts": [("Added by", "Mia Chen"), ("Address", "https://partner.example/hooks/orders"), ("Last error", None)],
        "json": '{\n  "id": "evt_01jz",\n  "type": "order.closed",\n  "data": {"order": {"total": 1250, "currency": "USD"}}\n}',
        "current_store": Named("Harbour Street"),
        "current_organization": Named("Blue Door Restaurants"),
        "navigation": {
            "organizations": [Place("Blue Door Restaurants", "/", current=True), Place("Kite Retail", "/")],
            "stores": [
                Place("Harbour Street", "/gallery/", current=True),
                Place("A store with quite a long name", "/"),
            ],
            "links": [
                Place("Home", "/gallery/", current=True, icon="house"),
                Place("Integration Hub", "/", icon="plug"),
                Place("License", "/", icon="badge-check"),
            ],
            "account": [Place("Mails", "/", icon="mail")],
        },
    }


def _bad_form() -> GalleryForm:
    form = GalleryForm(
        {"bad-name": "", "bad-address": "nonsense", "bad-quantity": "40"}, prefix="bad", auto_id="id_bad_%s"
    )
    form.is_valid()
    form.add_error(None, "This store has no license.")
    return form


def start(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/gallery/")


@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    if "toast" in request.GET:
        toasts.success(request, "Integration deactivated.", action_label="Undo", action_url="/gallery/toast/")
        toasts.error(request, "The partner refused the password.")
    return page(request, "gallery/gallery.html", _context(request))


@login_required
def form(request: HttpRequest) -> HttpResponse:
    return page(request, "gallery/form.html", _context(request))


@login_required
def live(request: HttpRequest) -> HttpResponse:
    """Answers 204 while the count is the same, else the fragment."""
    return page(request, "gallery/live.html", _context(request) | {"n": request.GET.get("n", "0")}, partial="count")


@login_required
def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse("private")


def toast(request: HttpRequest) -> HttpResponse:
    toasts.success(request, "Saved <b>ü</b>.")
    toasts.warning(request, "The key expires tomorrow.")
    return HttpResponse("<p>done</p>")


def move(request: HttpRequest) -> HttpResponse:
    toasts.success(request, "License settings saved successfully")
    response = HttpResponseRedirect("/gallery/")
    response.set_cookie("kept", "yes")
    return response


def error(request: HttpRequest, status: int) -> HttpResponse:
    if status == 400:
        raise SuspiciousOperation
    if status == 403:
        raise PermissionDenied("Viewers cannot change endpoints.")
    if status == 404:
        raise Http404
    if status == 500:
        raise RuntimeError("planted")
    return error_page(request, status)
