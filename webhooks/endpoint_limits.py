"""How many endpoints a store, or an organization for its stores, may have: counted under the owner's lock, so that no two calls add the last one."""

from django.utils.translation import gettext as _

from backoffice.tenancy.models import Organization, Store
from webhooks.models import Endpoint

#: Who has more of its own has a program that goes on adding them.
MOST_ENDPOINTS = 100


class TooManyEndpointsError(Exception):
    """The owner has as many endpoints as it may."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail % {"most": MOST_ENDPOINTS})


def check_room(*, store: Store | None, organization: Organization | None) -> None:
    """Lock the owner for the rest of the transaction. Raises TooManyEndpointsError where it may have no further endpoint of its own."""
    own = Endpoint.objects.listed().filter(integration__isnull=True)
    if store is not None:
        Store.objects.select_for_update(no_key=True).filter(pk=store.pk).first()
        if own.filter(store_id=store.pk).count() >= MOST_ENDPOINTS:
            raise TooManyEndpointsError(_("A store may have %(most)d endpoints of its own. Delete one first."))
    elif organization is not None:
        Organization.objects.select_for_update(no_key=True).filter(pk=organization.pk).first()
        if own.filter(organization_id=organization.pk).count() >= MOST_ENDPOINTS:
            raise TooManyEndpointsError(_("An organization may have %(most)d endpoints of its own. Delete one first."))
