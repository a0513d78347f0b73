"""Fills the demo's database through the apps' own actions, and writes `var/demo.json`; run again, it changes only what is missing."""

import argparse
import json
import os
import secrets
from collections.abc import Mapping
from typing import Any

import django

from backoffice.demo import environment as env
from backoffice.demo.organizations import ORGANIZATIONS, SUPPORT, DemoOrganization, DemoPerson, DemoStore

WORDS = """
    amber anchor basil birch candle canyon cedar citrus clover cobalt comet copper coral cosmos dahlia delta
    ember falcon fennel fjord garnet ginger glacier harbor hazel heron indigo island ivory jasper juniper kelp
    lagoon lantern lemon linen lotus maple marble meadow mosaic nectar nutmeg oasis olive onyx orchard pebble
    pepper quartz quince raven river saffron sage sierra summit thistle timber tulip velvet walnut willow zephyr
""".split()  # noqa: SIM905 - readable as a text


def passphrase() -> str:
    """Something a person can type from the console: four words and four digits, about 37 random bits."""
    return "-".join([*(secrets.choice(WORDS) for _ in range(4)), f"{secrets.randbelow(10_000):04d}"])


def seed(*, url: str, receiver_url: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """The description of what is there now; `before` is the one written last time, with the passwords given out then."""
    from backoffice.demo.seed_hub import api_key_of, seed_hub

    keys = {(store["organization"], store["code"]): store["api_key"] for store in before.get("stores", ())}
    passwords = {user["email"]: user["password"] for user in before.get("users", ())}
    users, stores = [], []
    for organization in ORGANIZATIONS:
        users += _seed_organization(organization, passwords)
        receiver_secrets = seed_hub(organization, receiver_url)
        env.merge_receiver_secrets(receiver_secrets)
        stores += [
            {
                "organization": organization.name,
                "code": store.code,
                "name": store.name,
                "api_key": api_key_of(organization, store, keys.get((organization.name, store.code))),
                "licensed": store.licensed,
            }
            for store in organization.stores
        ]
    users.append(_seed_person(SUPPORT, None, passwords))
    return {"url": url, "receiver_url": receiver_url, "users": users, "stores": stores}


def _seed_organization(demo: DemoOrganization, passwords: Mapping[str, str]) -> list[dict[str, Any]]:
    from django.db import transaction

    from backoffice.accounts.models import User
    from backoffice.demo.seed_licensing import seed_licensing
    from backoffice.tenancy.audit import record
    from backoffice.tenancy.models import Organization

    with transaction.atomic():
        organization, made = Organization.objects.get_or_create(slug=demo.slug, defaults={"name": demo.name})
        if made:
            record(action="organization.created", by=None, organization=organization, target=organization)
        stores = {store.code: _seed_store(store, organization) for store in demo.stores}
        users = [_seed_person(person, organization, passwords) for person in demo.people]
        buyer = User.objects.filter(email=demo.people[0].email).first()
        seed_licensing(demo, organization, stores, buyer)
    return users


def _seed_store(demo: DemoStore, organization: Any) -> Any:
    from backoffice.tenancy.audit import record
    from backoffice.tenancy.models import Store

    store, made = Store.objects.get_or_create(
        organization=organization,
        code=demo.code,
        defaults={"name": demo.name, "timezone": demo.shop.timezone, "currency": demo.shop.currency},
    )
    if made:
        record(action="store.created", by=None, store=store, target=store)
    return store


def _seed_person(demo: DemoPerson, organization: Any, passwords: Mapping[str, str]) -> dict[str, Any]:
    """A person with the password given out before, or with a new one if that is not known."""
    from backoffice.accounts.models import User
    from backoffice.tenancy.audit import record
    from backoffice.tenancy.models import Member, Store

    user = User.objects.filter(email=demo.email).first()
    password = passwords.get(demo.email)
    if user is None:
        password = password or passphrase()
        staff = organization is None
        user = User.objects.create_user(demo.email, password, name=demo.name, is_staff=staff, is_superuser=staff)
    elif password is None:
        password = passphrase()
        user.set_password(password)
        user.save(update_fields=["password"])
    if organization is not None and not Member.objects.filter(organization=organization, user=user).exists():
        member = Member.objects.create(organization=organization, user=user, role_code=demo.role)
        member.given_stores.set(Store.objects.filter(organization=organization, code__in=demo.stores))
        record(
            action="member.added",
            by=None,
            organization=organization,
            target=member,
            changes={"role": [None, demo.role]},
        )
    return {
        "email": demo.email,
        "password": password,
        "role": demo.role,
        "organization": organization.name if organization is not None else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Fills the demo's database and writes var/demo.json.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--receiver-url", required=True)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    django.setup()
    before = json.loads(env.DESCRIPTION.read_text()) if env.DESCRIPTION.is_file() else {}
    env.write_private(env.DESCRIPTION, seed(url=arguments.url, receiver_url=arguments.receiver_url, before=before))


if __name__ == "__main__":
    main()
