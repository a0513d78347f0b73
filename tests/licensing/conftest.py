"""What every test of plans and purchases starts from."""

import pytest

from backoffice.tenancy.models import Organization
from tests.factories.licensing import hub_on_sale
from tests.factories.tenancy import OrganizationFactory


@pytest.fixture
def organization(db: None) -> Organization:
    """One that never bought anything; the hub is on sale in US dollars."""
    hub_on_sale()
    made: Organization = OrganizationFactory.create()
    return made
