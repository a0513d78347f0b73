"""Deliveries and attempts in the admin site."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.database.identifiers import uuid7_time
from backoffice.outbound.request import ErrorCode
from backoffice.tenancy.admin_filters import RecentFilter
from webhooks import replay
from webhooks.admin.big_tables import BigTableAdmin, id_link, link_to, staff
from webhooks.attempt_details import Headers, attempt_details
from webhooks.delivery_log import attempts_of
from webhooks.errors_in_words import explanation
from webhooks.models import Attempt, Delivery


@admin.register(Delivery)
class DeliveryAdmin(BigTableAdmin[Delivery]):
    list_display = (
        "public_id",
        "state",
        "event_type",
        "order_id",
        "store",
        "endpoint_link",
        "attempt_count",
        "last_status",
        "last_error",
        "due_at",
        "created",
    )
    list_filter = ("state", "event_type", "test")
    actions = ("resend", "retry_now", "stop")
    list_select_related = ("store", "endpoint")
    id_searches = {"dlv": "pk", "evt": "event_id", "ep": "endpoint_id", "sto": "store_id"}
    text_searches = ("order_id",)
    search_help_text = _("A delivery (dlv_…), event (evt_…), endpoint (ep_…), store (sto_…) or an order's id, exactly.")
    fields = (
        "public_id",
        "event_link",
        "endpoint_link",
        "lane_link",
        "store",
        "event_type",
        "order_id",
        "test",
        "state",
        "attempt_count",
        "due_at",
        "last_status",
        "last_error",
        "in_words",
        "finished_at",
        "replay_link",
        "created",
        "attempts",
    )
    readonly_fields = (
        "public_id",
        "event_link",
        "endpoint_link",
        "lane_link",
        "in_words",
        "replay_link",
        "created",
        "attempts",
    )

    def has_run_permission(self, request: HttpRequest) -> bool:
        """The actions change deliveries although the page cannot."""
        return bool(request.user.has_perm("webhooks.change_delivery"))

    @admin.action(description=_("Resend the chosen deliveries"), permissions=["run"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._each(request, queryset, replay.resend)

    @admin.action(description=_("Retry the chosen deliveries now"), permissions=["run"])
    def retry_now(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._each(request, queryset, replay.retry_now)

    @admin.action(description=_("Stop retrying the chosen deliveries"), permissions=["run"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._each(request, queryset, replay.stop)

    def _each(self, request: HttpRequest, queryset: QuerySet[Delivery], act: Callable[..., object]) -> None:
        """Act on one after the other; those that it does not apply to are named with the reason."""
        done = 0
        for delivery in queryset:
            try:
                act(delivery=delivery, by=staff(request))
                done += 1
            except (replay.NotFinishedError, replay.NotWaitingError, replay.GoneError) as error:
                self.message_user(request, f"{delivery}: {error}", messages.WARNING)
        self.message_user(request, ngettext("Done for %d delivery.", "Done for %d deliveries.", done) % done)

    @admin.display(description=_("created"))
    def created(self, delivery: Delivery) -> object:
        return uuid7_time(delivery.pk)

    @admin.display(description=_("event"))
    def event_link(self, delivery: Delivery) -> SafeString | str:
        return id_link("orderevent", "evt", delivery.event_id)

    @admin.display(description=_("endpoint"))
    def endpoint_link(self, delivery: Delivery) -> SafeString | str:
        return id_link("endpoint", "ep", delivery.endpoint_id)

    @admin.display(description=_("lane"))
    def lane_link(self, delivery: Delivery) -> SafeString:
        return link_to("lane", delivery.lane_id, delivery.lane_id)

    @admin.display(description=_("replay of"))
    def replay_link(self, delivery: Delivery) -> SafeString | str:
        return id_link("delivery", "dlv", delivery.replay_of)

    @admin.display(description=_("in words"))
    def in_words(self, delivery: Delivery) -> str:
        found = explanation(status=delivery.last_status, error=delivery.last_error, detail=delivery.last_error_detail)
        return " ".join(filter(None, (found.what, found.cause, found.advice))) if found else "—"

    @admin.display(description=_("attempts"))
    def attempts(self, delivery: Delivery) -> SafeString | str:
        rows = [
            (link_to("attempt", attempt.pk, attempt), attempt.started_at.isoformat(timespec="milliseconds"))
            for attempt in attempts_of(delivery)
        ]
        return format_html_join("", "<div>{} · {}</div>", rows) or "—"


class ErrorFilter(RecentFilter):
    """By the errors there can be. Attempts are hundreds of millions, and one error may be in few of them."""

    title = _("error")
    parameter_name = "error"
    days = 7

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Attempt]) -> list[tuple[str, str]]:
        return [("none", str(_("none"))), *((code.value, code.value) for code in ErrorCode)]

    def matching(self, rows: QuerySet[Attempt], value: str) -> QuerySet[Attempt]:
        return rows.filter(error="" if value == "none" else value)


@admin.register(Attempt)
class AttemptAdmin(BigTableAdmin[Attempt]):
    list_display = (
        "id",
        "delivery_link",
        "number",
        "status",
        "error",
        "url",
        "remote_address",
        "total_ms",
        "started_at",
    )
    list_filter = (ErrorFilter, "late")
    id_searches = {"dlv": "delivery_id"}
    search_help_text = _("A delivery (dlv_…), exactly.")
    fields = (
        "delivery_link",
        "number",
        "late",
        "started_at",
        "url",
        "remote_address",
        "request",
        "body_hash",
        "status",
        "error",
        "in_words",
        "response",
        "timings",
    )
    readonly_fields = ("delivery_link", "request", "body_hash", "in_words", "response", "timings")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        match = request.resolver_match
        rows = super().get_queryset(request)
        one = match is not None and "object_id" in match.kwargs
        return rows if one else rows.defer("response_body", "request_headers", "response_headers")

    @admin.display(description=_("delivery"))
    def delivery_link(self, attempt: Attempt) -> SafeString | str:
        return id_link("delivery", "dlv", attempt.delivery_id)

    @admin.display(description=_("SHA-256 of the body"))
    def body_hash(self, attempt: Attempt) -> str:
        return bytes(attempt.body_sha256).hex()

    @admin.display(description=_("request"))
    def request(self, attempt: Attempt) -> SafeString:
        return format_html("<pre>{}</pre>", _lines(attempt_details(attempt).request_headers))

    @admin.display(description=_("response"))
    def response(self, attempt: Attempt) -> SafeString:
        shown = attempt_details(attempt)
        body = f"{shown.response.text}\n{shown.response.note}".strip()
        return format_html("<pre>{}\n\n{}</pre>", _lines(shown.response_headers), body)

    @admin.display(description=_("in words"))
    def in_words(self, attempt: Attempt) -> str:
        found = attempt_details(attempt).explanation
        return " ".join(filter(None, (found.what, found.cause, found.advice))) if found else "—"

    @admin.display(description=_("timings"))
    def timings(self, attempt: Attempt) -> SafeString:
        return format_html_join(
            "", "<div>{}: {}</div>", ((name, time) for _code, name, time in attempt_details(attempt).timings)
        )


def _lines(headers: Headers) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers)
