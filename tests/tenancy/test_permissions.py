"""The four roles as sets of permissions."""

from backoffice.tenancy.permissions import ENTERPRISE_ADMIN, OWNER, ROLES, STORE_OWNER, VIEWER, Permission

CHANGES = {permission for permission in Permission if permission.endswith((".manage", ".assign"))}


def test_an_owner_may_do_everything() -> None:
    assert OWNER.permissions == set(Permission)


def test_a_viewer_changes_nothing_and_sees_no_key() -> None:
    assert not VIEWER.permissions & CHANGES
    assert Permission.API_KEY_VIEW not in VIEWER.permissions


def test_a_store_owner_runs_the_hub_and_no_plan() -> None:
    assert Permission.INTEGRATION_MANAGE in STORE_OWNER.permissions
    assert not {Permission.PLAN_MANAGE, Permission.LICENSE_ASSIGN, Permission.MEMBER_MANAGE} & STORE_OWNER.permissions


def test_each_role_holds_all_that_the_next_smaller_one_does() -> None:
    assert VIEWER.permissions < STORE_OWNER.permissions < ENTERPRISE_ADMIN.permissions <= OWNER.permissions


def test_only_organization_wide_roles_reach_every_store() -> None:
    assert {role.code for role in ROLES.values() if role.every_store} == {"owner", "enterprise_admin"}
