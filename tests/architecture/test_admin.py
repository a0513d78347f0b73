"""Every page of the admin site opens for support staff, with rows in it, and shows no secret."""

import pytest
from django.contrib import admin
from django.contrib.admin import AllValuesFieldListFilter, RelatedOnlyFieldListFilter
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.everything import one_of_everything
from tests.factories.tenancy import MemberFactory

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
OURS = {"accounts", "tenancy", "licensing", "integrations", "webhooks"}


@pytest.fixture
def support(client: Client) -> Client:
    client.force_login(UserFactory.create(support=True))
    return client


@pytest.fixture
def key_text() -> str:
    """Rows of everything; the text of an API key that no page may show."""
    return one_of_everything()


def name_of(model: type[Model], page: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_lists_search_and_details_open(support: Client, key_text: str, model: type[Model]) -> None:
    url = reverse(name_of(model, "changelist"))
    assert key_text not in support.get(url).text
    assert support.get(url, {"q": "store"}).status_code in {200, 302}
    row = model._default_manager.order_by("pk").first()
    assert row is not None
    page = support.get(reverse(name_of(model, "change"), args=[row.pk]))
    assert page.status_code == 200
    assert key_text not in page.text


#: Tables of a catalog, a few rows each, which may be asked for the values that they have.
CATALOG = {"licensing.price"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_no_filter_reads_a_table_to_its_end_for_its_choices(support: Client, model: type[Model]) -> None:
    filters = support.get(reverse(name_of(model, "changelist"))).context["cl"].filter_specs
    distinct = [each for each in filters if isinstance(each, AllValuesFieldListFilter | RelatedOnlyFieldListFilter)]
    assert not distinct or model._meta.label_lower in CATALOG


def test_every_app_of_ours_is_there() -> None:
    assert {model._meta.app_label for model in MODELS} >= OURS


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_members_who_are_no_staff_do_not_get_in(client: Client, model: type[Model]) -> None:
    client.force_login(MemberFactory.create(owner=True).user)
    assert client.get(reverse(name_of(model, "changelist"))).status_code == 302
