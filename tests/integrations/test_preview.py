"""The sample order is one that the developer API itself would accept, in the format in use."""

import json

from integrations.preview import API_VERSION, SAMPLE_ORDER, preview, sample_order
from integrations.providers.custom_webhook import CustomWebhook
from webhooks import event_types
from webhooks.canonical.order import Order


def test_the_sample_is_in_the_version_that_is_sent() -> None:
    assert event_types.API_VERSION == API_VERSION
    body = json.loads(sample_order("order.closed").body)
    assert set(body) == {"id", "type", "timestamp", "api_version", "data"}
    assert body["data"] == {"order": json.loads(json.dumps(SAMPLE_ORDER))}


def test_the_sample_is_an_order_that_the_api_accepts() -> None:
    assert Order.model_validate_json(json.dumps(SAMPLE_ORDER)).id == "ord_1042"


def test_a_preview_is_found_where_one_channel_alone_is_wanted() -> None:
    shown = preview(CustomWebhook(), {"url": "https://h.example.com/x", "events": ["third"]})
    assert shown is not None
    assert '"channel": "pos"' in shown.body


def test_the_preview_names_the_signature_headers_and_covers_the_secret() -> None:
    values = {
        "url": "https://h.example.com/x",
        "header_name": "X-Key",
        "header_value": "topsecret",
        "events": ["close"],
    }
    shown = preview(CustomWebhook(), values)
    assert shown is not None
    assert dict(shown.headers)["X-Key"] == "••••"
    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= set(dict(shown.headers))
    assert '"type": "order.closed"' in shown.body


def test_no_preview_where_nothing_is_wanted() -> None:
    assert preview(CustomWebhook(), {"url": "https://h.example.com/x", "events": []}) is None
