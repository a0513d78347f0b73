"""By what a customer is looked for, in one spelling: how it is compared with orders, hashed for the history, and kept for a while."""

import re

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from backoffice.security.encrypted_columns import EncryptedColumn
from backoffice.security.encryption import decrypt, encrypt
from webhooks.models import CustomerErasure

Kind = CustomerErasure.Kind

_EMAIL = re.compile(r"[^@\s\x00]+@[^@\s\x00]+")
_CUSTOMER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:~@+=-]{0,79}")
_NOT_DIGITS = re.compile(r"[^0-9]")
FEWEST_DIGITS = 6
MOST_DIGITS = 20
LONGEST_EMAIL = 254

#: The same spelling of what an order holds, by kind, of a column `order_json` with the order as JSON.
SPELLED = {
    Kind.EMAIL: "lower(order_json::json #>> '{customer,email}')",
    Kind.PHONE: "regexp_replace(order_json::json #>> '{customer,phone}', '[^0-9]', '', 'g')",
    Kind.CUSTOMER: "order_json::json #>> '{customer,id}'",
}


class NothingToLookForError(ValueError):
    """What was entered is no address, number or id of this kind; the message says what to enter."""


def digits_of(text: str) -> str:
    return _NOT_DIGITS.sub("", text)


def spelled(kind: str, text: str) -> str:
    """`text` as it is compared: an address in lower case, the digits of a number, an id as it is. Raises NothingToLookForError."""
    text = text.strip()
    if kind == Kind.EMAIL:
        if len(text) > LONGEST_EMAIL or not _EMAIL.fullmatch(text):
            raise NothingToLookForError(_("Enter a whole email address, such as ada@example.com."))
        return text.lower()
    if kind == Kind.PHONE:
        digits = digits_of(text)
        if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
            raise NothingToLookForError(_("Enter the phone number with all its digits, as the till writes it."))
        return digits
    if not _CUSTOMER.fullmatch(text):
        raise NothingToLookForError(_("Enter the id that the till gives the customer, without blanks."))
    return text


def keyed_hash(kind: str, wanted: str) -> str:
    """For the history: whoever has the same identity asked for again can tell that it was, and nobody can read it from there.

    The key is that of API keys' hashes, which is never rotated, so that hashes stay comparable.
    """
    secret = settings.API_KEY_HASH_KEY
    return salted_hmac(f"webhooks.customer_erasure.{kind}", wanted, secret=secret, algorithm="sha256").hexdigest()


def _context(erasure: CustomerErasure) -> tuple[str, ...]:
    return ("webhooks_customererasure", "wanted", str(erasure.organization_id), str(erasure.pk))


COLUMN = EncryptedColumn(CustomerErasure, "wanted_ciphertext", _context)


def seal(erasure: CustomerErasure, wanted: str) -> bytes:
    return encrypt(wanted.encode(), context=_context(erasure))


def wanted_of(erasure: CustomerErasure) -> str:
    """What is looked for. Raises DecryptionError, and ValueError once it was forgotten."""
    if erasure.wanted_ciphertext is None:
        raise ValueError("What was asked for is no longer kept.")
    return decrypt(bytes(erasure.wanted_ciphertext), context=_context(erasure)).decode()
