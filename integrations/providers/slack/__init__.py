"""Slack: a message in a channel for the order events that a manager wants to hear of.

Sources: "Sending messages using incoming webhooks" (calls and errors) and "Rate limits" on docs.slack.dev, and the changelog entry
of 2016-05-17, "Improving error conditions for Incoming Webhooks", on api.slack.com.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from integrations.contract import (
    Answer,
    Call,
    Category,
    ConnectionResult,
    Http,
    Option,
    Order,
    OrderCall,
    Provider,
    ProviderProblem,
    Setting,
    SettingType,
    Text,
    Values,
)
from integrations.providers.slack.guide import GUIDE, TERMS
from integrations.providers.slack.message import message, total_of

_JSON = (("content-type", "application/json; charset=utf-8"),)
_GONE = _("The webhook was removed or its address is incomplete. Make a new webhook in Slack and replace the address.")
_NO_CHANNEL = _("The channel was deleted or archived. Unarchive it, or make a webhook for another channel.")
_FORBIDDEN = _(
    "An administrator of the workspace restricts posting to this channel. Ask them, or choose another channel."
)
_UNREADABLE = _("Slack could not read our message. Tell our support.")
#: What Slack writes in the body of a refusal.
ERRORS: Mapping[str, Text] = {
    "no_service": _GONE,
    "no_service_id": _GONE,
    "no_active_hooks": _GONE,
    "invalid_token": _GONE,
    "no_team": _("The workspace does not exist any more. Make a webhook in another workspace."),
    "team_disabled": _("The workspace is disabled. Ask its owner, or make a webhook in another workspace."),
    "channel_not_found": _NO_CHANNEL,
    "channel_is_archived": _NO_CHANNEL,
    "action_prohibited": _FORBIDDEN,
    "posting_to_general_channel_denied": _FORBIDDEN,
    "user_not_found": _("The person that the webhook writes to is not in the workspace any more. Make a new webhook."),
    "invalid_payload": _UNREADABLE,
    "invalid_blocks": _UNREADABLE,
    "no_text": _UNREADABLE,
    "too_many_attachments": _UNREADABLE,
    "rollup_error": _("Slack had a problem of its own. Try again in a moment."),
}


class Slack(Provider):
    slug = "slack"
    name = _("Slack")
    tagline = _("Tell your team of orders, voids and refunds in a Slack channel.")
    category = Category.MESSAGING
    description = _(
        "A readable message in the channel of your choice for each order event you choose: items, modifiers, totals and tip, with a "
        "smallest amount if you like. Customers' names and contact details are not posted."
    )
    guide = GUIDE
    terms = TERMS
    data_sent = (
        _("Orders: number, items, modifiers and notes, amounts, taxes, discounts and tips, status"),
        _("The store's code"),
    )
    settings = (
        Setting(
            "webhook_url",
            SettingType.SECRET,
            _("Webhook URL"),
            help=_("Starts with https://hooks.slack.com/services/. Whoever has it can post to the channel."),
            pattern=r"https://hooks\.slack(-gov)?\.com/services/[A-Za-z0-9/_-]{5,200}",
            pattern_help=_("Copy the whole address from Slack. It starts with https://hooks.slack.com/services/."),
            max_length=300,
        ),
        Setting(
            "events",
            SettingType.MULTISELECT,
            _("Events to post"),
            options=(
                Option("order.opened", _("Open: a customer placed an order")),
                Option("order.updated", _("Update: anything on an open order changed")),
                Option("order.closed", _("Close: the check was paid and closed")),
                Option("order.voided", _("Void: the order was voided")),
                Option("order.refunded", _("Refund: money went back to the customer")),
                Option("order.status_changed", _("Status: the order moved on, such as ready")),
            ),
            default=("order.closed", "order.voided", "order.refunded"),
        ),
        Setting(
            "minimum_amount",
            SettingType.INTEGER,
            _("Minimum amount"),
            help=_("Orders below it are not posted. In whole units of the order's currency; empty means every order."),
            required=False,
            minimum=0,
            maximum=1_000_000_000,
        ),
    )
    #: "Rate limits": one message a second for each incoming webhook.
    requests_per_minute = 60
    documentation_url = "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"
    order_events = (
        "order.opened",
        "order.updated",
        "order.closed",
        "order.voided",
        "order.refunded",
        "order.status_changed",
    )

    def wanted_events(self, values: Values) -> Sequence[str]:
        chosen = values.get("events")
        return tuple(event for event in self.order_events if isinstance(chosen, (list, tuple)) and event in chosen)

    def target_url(self, values: Values) -> str:
        """The host only: lists, mails and the log show it, and the rest of the address is what gives access."""
        return f"https://{urlsplit(str(values['webhook_url'])).hostname}/"

    def on_order(self, order: Order, values: Values) -> OrderCall | None:
        if order.event_type != "webhook.test":
            if order.event_type not in self.wanted_events(values):
                return None
            least, total = values.get("minimum_amount"), total_of(order.order)
            if isinstance(least, int) and total is not None and total < Decimal(least):
                return None
        return OrderCall(url=str(values["webhook_url"]), body=_body(message(order)), headers=_JSON)

    def test_connection(self, values: Values, http: Http) -> ConnectionResult:
        """Posts a message, as Slack offers no other way to try a webhook."""
        body = _body({"text": str(_("Test from your back office: messages about orders will be posted here."))})
        try:
            answer = http.send(Call("POST", str(values["webhook_url"]), _JSON, body))
        except ProviderProblem as problem:
            return ConnectionResult(ok=False, message=problem.message)
        if answer.ok and answer.body.strip() != b"ok":
            # Its page: "Incoming webhooks" says that Slack answers with these two letters alone.
            return ConnectionResult(ok=False, message=_("Something other than Slack answers at this address."))
        if answer.ok:
            return ConnectionResult(ok=True, message=_("Connected. A test message was posted to the channel."))
        return ConnectionResult(ok=False, message=_refusal(answer))


def _body(parts: Mapping[str, object]) -> bytes:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()


def _refusal(answer: Answer) -> Text:
    """Slack's own word for it is one of a few; anything else in the body is not repeated."""
    known = ERRORS.get(answer.body[:100].decode(errors="replace").strip())
    if known is not None:
        return known
    if answer.status in {403, 404, 410}:
        return _GONE
    if answer.status >= 500:
        return ERRORS["rollup_error"]
    return _("Slack refused the message (status %(status)d).") % {"status": answer.status}
