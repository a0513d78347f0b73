"""A stored secret goes to the host it was stored for: whoever names another one has to know it."""

import pytest

from integrations.actions import save_settings
from integrations.catalog import all_providers
from integrations.models import Integration
from integrations.settings_form import VERSION, SettingsForm
from tests.factories.integrations import IntegrationFactory

pytestmark = pytest.mark.django_db

SHOP = all_providers()["woocommerce"]
KEY, SECRET = "ck_" + "1" * 40, "cs_" + "2" * 40


@pytest.fixture
def integration() -> Integration:
    made = IntegrationFactory.create(provider_slug="woocommerce")
    return save_settings(
        integration=made,
        version=made.version,
        values={"store_url": "https://shop.example.com/one", "consumer_key": KEY},
        secrets={"consumer_secret": SECRET},
        by=None,
    )


def form(integration: Integration, store_url: str, *, draft: bool = False, secret: str = "") -> SettingsForm:
    data = {VERSION: str(integration.version), "store_url": store_url, "consumer_key": KEY, "consumer_secret": secret}
    return SettingsForm(data, integration=integration, provider=SHOP, draft=draft)


@pytest.mark.parametrize("draft", [False, True])
def test_another_host_asks_for_the_secret_again(integration: Integration, draft: bool) -> None:
    """A draft is what Test connection tries."""
    asked = form(integration, "https://elsewhere.example.net/one", draft=draft)
    assert set(asked.errors) == {"consumer_secret"}
    assert "Enter it again" in str(asked.errors)


def test_who_knows_it_may_name_another_host(integration: Integration) -> None:
    assert not form(integration, "https://elsewhere.example.net/one", secret=SECRET).errors


@pytest.mark.parametrize("same", ["https://shop.example.com/one", "https://SHOP.example.com/two"])
def test_another_path_of_the_same_host_keeps_it(integration: Integration, same: str) -> None:
    assert not form(integration, same).errors


def test_a_first_address_asks_for_nothing_again() -> None:
    made = IntegrationFactory.create(provider_slug="woocommerce")
    assert not form(made, "https://shop.example.com/", secret=SECRET).errors
