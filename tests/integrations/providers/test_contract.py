"""Every provider keeps the contract: a new one is tried by these tests without a line of its own."""

import copy
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.conf import settings

from backoffice.security.address_guard import check_url
from integrations.catalog import all_providers
from integrations.checks import problems_of
from integrations.contract import Category, Kind, Provider, SettingType
from integrations.guides import guide_html
from integrations.preview import preview, sample_order
from tests.integrations.providers.samples import CANARY, sample_parameters, sample_values
from webhooks.event_types import ORDER_EVENT_TYPES

PROVIDERS = pytest.mark.parametrize("provider", all_providers().values(), ids=lambda provider: provider.slug)


@PROVIDERS
def test_the_startup_checks_pass(provider: Provider) -> None:
    assert list(problems_of(provider)) == []


@PROVIDERS
def test_words_are_of_a_length_that_pages_can_show(provider: Provider) -> None:
    assert 3 <= len(str(provider.name)) <= 40
    assert 20 <= len(str(provider.tagline)) <= 100
    assert len(str(provider.description)) >= 80


@PROVIDERS
def test_the_guide_is_real_and_safe(provider: Provider) -> None:
    html = guide_html(provider.guide)
    assert len(str(provider.guide)) > 1000, "Know More explains how to obtain each credential and what to expect."
    assert "<h2>" in html
    assert "<h1>" not in html, "The page's title is the only heading of level one."
    assert "<script" not in html
    assert "style=" not in html, "The browser policy refuses inline styles: do not align table columns."
    for setting in provider.settings:
        assert str(setting.label) in str(provider.guide), f"The guide does not say how to obtain {setting.label}."


#: Products without a service of somebody else's: what there is to try was tried.
TRIED_WHOLE = {"custom-webhook", "vendure"}


@PROVIDERS
def test_the_guide_says_what_was_not_tried_with_the_real_service(provider: Provider) -> None:
    assert ("## What we could not try" in str(provider.guide)) is (provider.slug not in TRIED_WHOLE)


@PROVIDERS
def test_the_logo_is_a_drawing_without_scripts_or_links(provider: Provider) -> None:
    path = Path(settings.BASE_DIR) / "static" / "providers" / f"{provider.slug}.svg"
    root = ElementTree.fromstring(path.read_text())
    assert root.tag.endswith("svg")
    assert root.get("viewBox")
    for element in root.iter():
        assert not element.tag.endswith(("script", "foreignObject", "image"))
        assert not any(name.startswith("on") or name.endswith("href") or name == "style" for name in element.attrib)


@PROVIDERS
def test_terms_name_their_version_and_their_hash_follows_the_text(provider: Provider) -> None:
    assert provider.terms.version
    assert len(str(provider.terms.text)) > 100
    assert len(provider.terms.sha256) == 64


@PROVIDERS
def test_it_takes_only_events_there_are(provider: Provider) -> None:
    assert set(provider.order_events) <= {str(event) for event in ORDER_EVENT_TYPES}
    assert set(provider.wanted_events(sample_values(provider))) <= set(provider.order_events)


@PROVIDERS
def test_sample_settings_are_accepted(provider: Provider) -> None:
    assert provider.problems(sample_values(provider)) == {}


@PROVIDERS
def test_orders_become_calls_to_the_target(provider: Provider) -> None:
    values = sample_values(provider)
    for event_type in provider.wanted_events(values):
        call = provider.on_order(sample_order(event_type), values)
        if call is not None:
            assert check_url(call.url, ()).host == check_url(provider.target_url(values), ()).host
            assert call.body


@PROVIDERS
def test_the_preview_covers_secrets(provider: Provider) -> None:
    shown = preview(provider, sample_values(provider))
    if shown is not None:
        assert CANARY not in repr(shown)


@PROVIDERS
def test_every_secret_is_declared_as_one(provider: Provider) -> None:
    for setting in provider.settings:
        telling = any(word in setting.name for word in ("secret", "password", "token", "api_key"))
        assert not telling or setting.type is SettingType.SECRET, f"{setting.name} sounds like a secret."


@PROVIDERS
def test_it_names_the_documentation_it_was_written_from(provider: Provider) -> None:
    """Except for a product without a service of its own, such as the custom webhook."""
    if not provider.documentation_url and provider.category is Category.DEVELOPER:
        return
    parts = urlsplit(provider.documentation_url)
    assert parts.scheme == "https"
    assert "." in parts.netloc


@PROVIDERS
def test_actions_say_what_they_do_and_offer_a_dry_run_where_they_write(provider: Provider) -> None:
    for action in provider.actions:
        assert 3 <= len(str(action.label)) <= 40
        assert len(str(action.description)) >= 20
        assert str(action.items)
        assert action.writes_elsewhere or action.kind is Kind.PULL, f"{action.name} writes and offers no dry run."


@PROVIDERS
def test_parameters_can_be_filled_in(provider: Provider) -> None:
    for action in provider.actions:
        filled = sample_parameters(action)
        assert filled.keys() == {parameter.name for parameter in action.parameters}
        assert all(str(parameter.label) for parameter in action.parameters)


@PROVIDERS
def test_order_cards_come_from_the_arguments_alone(provider: Provider) -> None:
    values = sample_values(provider)
    before = copy.deepcopy(values)
    orders = [sample_order(event_type) for event_type in provider.order_events]
    cards = provider.order_cards(orders, values)
    assert provider.order_cards(orders, values) == cards
    assert values == before
    for card in cards:
        assert card.title
        assert CANARY not in repr(card)
        assert not card.picture or card.picture.startswith("<svg")


@PROVIDERS
def test_an_order_becomes_the_same_call_each_time(provider: Provider) -> None:
    values = sample_values(provider)
    before = copy.deepcopy(values)
    for event_type in provider.wanted_events(values):
        assert provider.on_order(sample_order(event_type), values) == provider.on_order(
            sample_order(event_type), values
        )
    assert values == before
