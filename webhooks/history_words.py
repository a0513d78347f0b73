"""What an audit row about order webhooks, their deliveries and customers' data says."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "api_key.tried": _("Order sent with an API key from its page"),
    "customer.erased": _("Customer erased"),
    "customer.erasure_cancelled": _("Erasing a customer called off"),
    "customer.erasure_confirmed": _("Erasing a customer confirmed"),
    "customer.looked_for": _("Customer looked for"),
    "delivery.resent": _("Delivery sent again"),
    "delivery.retried_now": _("Delivery tried at once"),
    "delivery.stopped": _("Delivery stopped"),
    "endpoint.created": _("Endpoint added"),
    "endpoint.deleted": _("Endpoint deleted"),
    "endpoint.disabled": _("Endpoint switched off"),
    "endpoint.key_revoked": _("Signing secret revoked"),
    "endpoint.key_rolled": _("Signing secret rolled"),
    "endpoint.paused": _("Endpoint paused"),
    "endpoint.recovered": _("Missed events sent again"),
    "endpoint.resumed": _("Endpoint resumed"),
    "endpoint.secret_revealed": _("Signing secret shown"),
    "endpoint.stores_changed": _("Stores of an endpoint changed"),
    "endpoint.test_sent": _("Test sent"),
    "endpoint.updated": _("Endpoint changed"),
    "store.exported": _("Store exported"),
}
