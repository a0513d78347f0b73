"""`manage.py rotate_secrets`: every stored secret under the current encryption key, so that an older key can go."""

from contextlib import AbstractContextManager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.security.encrypted_columns import encrypted_columns
from backoffice.security.encryption import key_ring
from backoffice.security.rotation import Tally, count, rotate
from backoffice.tenancy.transactions import across_tenants


def _of_all() -> AbstractContextManager[None]:
    return across_tenants("An encryption key is every customer's.")


class Command(BaseCommand):
    help = (
        "Encrypts stored secrets anew where they were encrypted with another key than the first of ENCRYPTION_KEYS. "
        "Runs beside the product; can be stopped and run again. Fails where a secret cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where there is anything left to encrypt anew"
        )

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        self.stdout.write(f"The current key is {key_ring().current!r}.")
        unreadable = left = 0
        for column in encrypted_columns():
            tally = count(column, transaction=_of_all) if check else rotate(column, transaction=_of_all)
            self._tell(column.name, tally)
            unreadable += len(tally.unreadable)
            left += tally.left
        problems = []
        if unreadable:
            problems.append(
                f"{unreadable} secrets cannot be read. Where the key they name is missing in ENCRYPTION_KEYS, add it and "
                "run this again; the others have to be entered anew."
            )
        if left:
            problems.append(f"{left} secrets are encrypted with another key. Run rotate_secrets before you remove it.")
        if problems:
            raise CommandError(" ".join(problems))

    def _tell(self, name: str, tally: Tally) -> None:
        counts = (
            f"{tally.rotated} rotated, {tally.current} current, {tally.left} left, {len(tally.unreadable)} unreadable"
        )
        self.stdout.write(f"{name}: {counts}")
        for each in tally.unreadable:
            made_with = f"key {each.key!r}" if each.key else "no key named"
            self.stdout.write(f"  {each.pk}: unreadable, {made_with}")
