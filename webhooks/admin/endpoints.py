"""Endpoints, their lanes and their figures in the admin site; support acts through the same actions as customers."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.accounts.reauthentication import confirm_first
from backoffice.tenancy.admin_filters import NotedFilter
from webhooks import endpoints, recovery, signing_keys
from webhooks.admin.big_tables import BigTableAdmin, ReadOnlyAdmin, link_to, link_to_list, staff
from webhooks.models import Endpoint, HourlyFigures, Lane


@admin.register(Endpoint)
class EndpointAdmin(BigTableAdmin[Endpoint]):
    """Secrets are never shown: of a signing key only its hint, of custom headers only their names."""

    list_display = ("public_id", "url", "store", "organization", "state", "state_reason", "integration", "deleted_at")
    list_filter = ("state", "accepts_test_events", ("deleted_at", NotedFilter))
    list_select_related = ("store", "organization", "integration__store")
    id_searches = {"ep": "pk", "sto": "store_id", "int": "integration_id"}
    text_searches = ("url",)
    search_help_text = _("An endpoint (ep_…), a store (sto_…), an integration (int_…) or a URL, exactly.")
    actions = ("pause", "resume", "roll_secrets", "recover_last_day")
    fields = (
        "public_id",
        "see",
        "store",
        "organization",
        "every_store",
        "chosen_stores",
        "integration",
        "url",
        "description",
        "event_types",
        "channels",
        "opened_from",
        "accepts_test_events",
        "without_personal_data",
        "header_names",
        "keys",
        "api_version",
        "state",
        "state_reason",
        "state_changed_at",
        "max_in_flight",
        "rate_per_second",
        "fifo",
        "timeout_seconds",
        "version",
        "created_at",
        "deleted_at",
    )
    readonly_fields = ("public_id", "see", "keys", "state_changed_at", "created_at", "deleted_at")

    def has_run_permission(self, request: HttpRequest) -> bool:
        """The actions change endpoints although the page cannot."""
        return bool(request.user.has_perm("webhooks.change_endpoint"))

    @admin.display(description=_("see"))
    def see(self, endpoint: Endpoint) -> SafeString:
        links = [
            link_to_list("delivery", _("Deliveries"), q=endpoint.public_id),
            *(
                link_to("lane", lane.pk, _("Lane %(shard)d") % {"shard": lane.shard})
                for lane in endpoint.lanes.order_by("shard")
            ),
            link_to_list("hourlyfigures", _("Hourly figures"), endpoint__id__exact=endpoint.pk),
        ]
        return format_html_join(" · ", "{}", ((link,) for link in links))

    @admin.display(description=_("signing keys"))
    def keys(self, endpoint: Endpoint) -> SafeString | str:
        rows = [(key.hint, key.created_at, key.expires_at or "—") for key in endpoint.signing_keys.order_by("-id")]
        return format_html_join("", "<div>{} · {} · {}</div>", rows) or "—"

    @admin.action(description=_("Pause the chosen endpoints"), permissions=["run"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        chosen = list(queryset.filter(state=Endpoint.State.ENABLED, deleted_at__isnull=True).select_related("store"))
        for endpoint in chosen:
            endpoints.pause(endpoint=endpoint, by=staff(request))
        self._say(request, ngettext("%d endpoint was paused.", "%d endpoints were paused.", len(chosen)) % len(chosen))

    @admin.action(description=_("Resume the chosen endpoints"), permissions=["run"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        chosen = list(
            queryset.exclude(state=Endpoint.State.ENABLED).filter(deleted_at__isnull=True).select_related("store")
        )
        for endpoint in chosen:
            endpoints.resume(endpoint=endpoint, by=staff(request))
        self._say(request, ngettext("%d endpoint goes on.", "%d endpoints go on.", len(chosen)) % len(chosen))

    @admin.action(
        description=_("Roll the secrets of the chosen endpoints, the old ones signing for 24 h"), permissions=["run"]
    )
    def roll_secrets(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> HttpResponse | None:
        """With a fresh password, as on the owners' pages."""
        if first := confirm_first(request, then=request.path):
            self._say(request, str(_("After the password, choose the endpoints and roll their secrets again.")))
            return first
        rolled = 0
        for endpoint in queryset.filter(deleted_at__isnull=True).select_related("store"):
            try:
                signing_keys.roll(endpoint=endpoint, by=staff(request))
                rolled += 1
            except signing_keys.TooManyKeysError as error:
                self.message_user(request, f"{endpoint}: {error}", messages.WARNING)
        self._say(request, ngettext("%d secret was rolled.", "%d secrets were rolled.", rolled) % rolled)
        return None

    @admin.action(description=_("Send again what the chosen endpoints missed in the last 24 h"), permissions=["run"])
    def recover_last_day(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        since, started = timezone.now() - timedelta(days=1), 0
        for endpoint in queryset.select_related("store"):
            try:
                recovery.recover(endpoint=endpoint, since=since, by=staff(request))
                started += 1
            except recovery.NotReceivingError as error:
                self.message_user(request, f"{endpoint}: {error}", messages.WARNING)
        self._say(request, ngettext("%d endpoint recovers.", "%d endpoints recover.", started) % started)

    def _say(self, request: HttpRequest, text: str) -> None:
        self.message_user(request, text, messages.SUCCESS)


@admin.register(Lane)
class LaneAdmin(ReadOnlyAdmin[Lane]):
    list_display = (
        "id",
        "endpoint_link",
        "shard",
        "breaker",
        "next_due_at",
        "lease_until",
        "open_until",
        "failing_since",
        "consecutive_failures",
        "current_limit",
    )
    list_filter = (
        "breaker",
        ("failing_since", NotedFilter),
        ("lease_until", NotedFilter),
    )
    list_select_related = ("endpoint",)
    ordering = ("-id",)
    readonly_fields = ("endpoint_link",)

    @admin.display(description=_("endpoint"))
    def endpoint_link(self, lane: Lane) -> SafeString:
        return link_to("endpoint", lane.endpoint_id, lane.endpoint)

    def get_fields(self, request: HttpRequest, obj: Lane | None = None) -> list[Any]:
        return ["endpoint_link", *(field.name for field in Lane._meta.fields if field.name not in {"id", "endpoint"})]


@admin.register(HourlyFigures)
class HourlyFiguresAdmin(ReadOnlyAdmin[HourlyFigures]):
    list_display = ("hour", "endpoint", "succeeded", "failed")
    list_select_related = ("endpoint",)
    ordering = ("-id",)
