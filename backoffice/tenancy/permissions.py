"""What a member may do, as named permissions, and the four roles as sets of them."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    ORGANIZATION_VIEW = "organization.view"
    AUDIT_VIEW = "audit.view"
    PLAN_VIEW = "plan.view"
    PLAN_MANAGE = "plan.manage"
    LICENSE_VIEW = "license.view"
    LICENSE_ASSIGN = "license.assign"
    MEMBER_MANAGE = "member.manage"
    STORE_MANAGE = "store.manage"
    #: Closing a store, and opening it again.
    STORE_CLOSE = "store.close"
    #: Looking for a customer in stored orders, and erasing what is found.
    CUSTOMER_ERASE = "customer.erase"
    #: Taking out all that is kept of a store, the orders of its customers included.
    STORE_EXPORT = "store.export"
    STORE_VIEW = "store.view"
    HUB_VIEW = "hub.view"
    INTEGRATION_MANAGE = "integration.manage"
    #: Settings of integrations that all stores share.
    BRAND_SETTINGS_MANAGE = "brand_settings.manage"
    API_KEY_VIEW = "api_key.view"
    API_KEY_MANAGE = "api_key.manage"
    ENDPOINT_VIEW = "endpoint.view"
    ENDPOINT_MANAGE = "endpoint.manage"
    DELIVERY_VIEW = "delivery.view"
    DELIVERY_MANAGE = "delivery.manage"
    #: Keys and endpoints of the organization, and the keys of all its stores.
    ORGANIZATION_HUB_MANAGE = "organization_hub.manage"


_READ_HUB = frozenset(
    {
        Permission.ORGANIZATION_VIEW,
        Permission.STORE_VIEW,
        Permission.HUB_VIEW,
        Permission.ENDPOINT_VIEW,
        Permission.DELIVERY_VIEW,
    }
)
_RUN_HUB = _READ_HUB | {
    Permission.INTEGRATION_MANAGE,
    Permission.API_KEY_VIEW,
    Permission.API_KEY_MANAGE,
    Permission.ENDPOINT_MANAGE,
    Permission.DELIVERY_MANAGE,
}
_RUN_ORGANIZATION = _RUN_HUB | {
    Permission.AUDIT_VIEW,
    Permission.PLAN_VIEW,
    Permission.PLAN_MANAGE,
    Permission.LICENSE_VIEW,
    Permission.LICENSE_ASSIGN,
    Permission.MEMBER_MANAGE,
    Permission.STORE_MANAGE,
    Permission.CUSTOMER_ERASE,
    Permission.ORGANIZATION_HUB_MANAGE,
    Permission.BRAND_SETTINGS_MANAGE,
}


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions; `every_store` says whether it covers all stores or only those the member is given."""

    code: str
    name: Promise
    description: Promise
    permissions: frozenset[Permission]
    every_store: bool


OWNER = Role("owner", _("Owner"), _("May do everything, in every store."), frozenset(Permission), every_store=True)
ENTERPRISE_ADMIN = Role(
    "enterprise_admin",
    _("Enterprise admin"),
    _("Runs the plan, licenses, stores and members, and the hub of every store."),
    frozenset(_RUN_ORGANIZATION),
    every_store=True,
)
STORE_OWNER = Role(
    "store_owner",
    _("Store owner"),
    _("Runs the hub of the stores they are given."),
    frozenset(_RUN_HUB),
    every_store=False,
)
VIEWER = Role("viewer", _("Viewer"), _("Reads the hub of the stores they are given."), _READ_HUB, every_store=False)

ROLES: dict[str, Role] = {role.code: role for role in (OWNER, ENTERPRISE_ADMIN, STORE_OWNER, VIEWER)}
