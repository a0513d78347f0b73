"""What was noted because of a customer's orders and lies by no order: mails to them, and what integrations' runs say or were asked.

It is found by what the orders say of the customer, counted before anybody confirms, and cleared with the orders.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from webhooks.erasure.identities import FEWEST_DIGITS, digits_of

#: A name of fewer letters would be found in words that mean something else, and so would a shorter id.
SHORTEST_NAME = 6
SHORTEST_ID = 8


@dataclass(slots=True)
class Identities:
    """What orders say of their customers. Tills hold "0" and "-" as numbers too: what is no whole number is no word."""

    emails: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    def add(self, customer: Any) -> None:
        if not isinstance(customer, dict):
            return
        email, phone, till_id = (str(customer.get(name) or "").lower() for name in ("email", "phone", "id"))
        name = f"{customer.get('first_name') or ''} {customer.get('last_name') or ''}".strip().lower()
        if email:
            self.emails.add(email)
            self.words.add(email)
        if len(digits_of(phone)) >= FEWEST_DIGITS:
            self.words |= {phone, digits_of(phone)}
        if len(name) >= SHORTEST_NAME and " " in name:
            self.words.add(name)
        if len(till_id) >= SHORTEST_ID:
            self.words.add(till_id)


def _names_them(text: str) -> str:
    return f"EXISTS (SELECT FROM unnest(%(words)s::text[]) AS word WHERE position(word IN lower({text})) > 0)"


_INTEGRATIONS = "SELECT id FROM integrations_integration WHERE store_id = %(store)s"
_OF_RUNS = f"run_id IN (SELECT id FROM integrations_run WHERE integration_id IN ({_INTEGRATIONS}))"  # noqa: S608  # constants
_OF_INTEGRATIONS = f"integration_id IN ({_INTEGRATIONS})"


@dataclass(frozen=True, slots=True)
class _Place:
    """A column that may name a customer, in rows that `belongs` finds for a store. `text` is what is searched, `cleared` what stays of it."""

    table: str
    column: str
    belongs: str
    text: str = ""
    cleared: str = "''"

    @property
    def _found(self) -> str:
        text = self.text or self.column
        return f"{text} <> '' AND {self.belongs} AND {_names_them(text)}"

    @property
    def count(self) -> str:
        return f"SELECT count(*) FROM {self.table} WHERE {self._found}"  # noqa: S608  # constants

    @property
    def clear(self) -> str:
        return f'UPDATE {self.table} SET "{self.column}" = {self.cleared} WHERE {self._found}'  # noqa: S608  # constants


#: An item keeps a key of its own, as one run has each once. A list of items to do again keeps its length: an empty one would mean all.
_PLACES = (
    _Place("integrations_runitem", "note", _OF_RUNS),
    _Place("integrations_runitem", "hint", _OF_RUNS),
    _Place("integrations_runitem", "key", _OF_RUNS, cleared="'erased-' || id"),
    _Place("integrations_run", "problem", _OF_INTEGRATIONS),
    _Place(
        "integrations_run",
        "parameters",
        _OF_INTEGRATIONS,
        text="parameters::text",
        cleared=f"""(
            SELECT jsonb_object_agg(key, CASE WHEN {_names_them("value::text")} THEN '""' ELSE value END)
            FROM jsonb_each(parameters)
        )""",  # noqa: S608  # constants
    ),
    _Place(
        "integrations_run",
        "only",
        _OF_INTEGRATIONS,
        text="array_to_string(\"only\", ' ')",
        cleared=f"ARRAY(SELECT CASE WHEN {_names_them('item')} THEN 'erased' ELSE item END FROM unnest(\"only\") AS item)",  # noqa: S608
    ),
    _Place("integrations_actionstate", "problem", _OF_INTEGRATIONS),
    _Place("integrations_integration", "last_error", f"id IN ({_INTEGRATIONS})"),
    _Place("integrations_outage", "problem", _OF_INTEGRATIONS),
)

_RUN_MAILS = f'lower("to") = ANY(%(emails)s) AND {_OF_RUNS}'
# To members go other mails, which say nothing of customers.
_MAILS = 'organization_id = %(organization)s AND user_id IS NULL AND lower("to") = ANY(%(emails)s)'


def clear_notes(store_id: uuid.UUID, known: Identities) -> int:
    """How many of the store's notes named one of them; they do no longer."""
    words = sorted(known.words)
    return sum(_changed(place.clear, store=store_id, words=words) for place in _PLACES) if words else 0


def remove_mails(organization_id: uuid.UUID, store_id: uuid.UUID, known: Identities) -> int:
    emails = sorted(known.emails)
    if not emails:
        return 0
    of_runs = _changed(f"DELETE FROM integrations_runmail WHERE {_RUN_MAILS}", store=store_id, emails=emails)  # noqa: S608
    return of_runs + _changed(f"DELETE FROM tenancy_mail WHERE {_MAILS}", organization=organization_id, emails=emails)  # noqa: S608


def count_notes(store_id: uuid.UUID, known: Identities) -> int:
    words = sorted(known.words)
    return sum(_counted(place.count, store=store_id, words=words) for place in _PLACES) if words else 0


def count_mails(organization_id: uuid.UUID, by_store: dict[uuid.UUID, Identities]) -> int:
    """A mail to an address that several stores know is one mail."""
    of_runs = sum(
        _counted(
            f"SELECT count(*) FROM integrations_runmail WHERE {_RUN_MAILS}",  # noqa: S608  # constants
            store=store_id,
            emails=sorted(known.emails),
        )
        for store_id, known in by_store.items()
    )
    emails = sorted({email for known in by_store.values() for email in known.emails})
    statement = f"SELECT count(*) FROM tenancy_mail WHERE {_MAILS}"  # noqa: S608  # constants
    return of_runs + _counted(statement, organization=organization_id, emails=emails)


def _changed(statement: str, **parameters: uuid.UUID | list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _counted(statement: str, **parameters: uuid.UUID | list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.fetchone()[0])
