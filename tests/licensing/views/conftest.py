"""An enterprise admin on the License page of an organization with one license."""

import pytest
from django.test import Client

from tests.factories.licensing import LicenseFactory, SubscriptionFactory
from tests.factories.tenancy import MemberFactory
from tests.licensing.license_page import LicensePage


@pytest.fixture
def admin(client: Client) -> LicensePage:
    license = LicenseFactory.create(quantity=1)
    SubscriptionFactory.create(organization=license.organization)
    member = MemberFactory.create(enterprise_admin=True, organization=license.organization)
    return LicensePage(client, member, license)
