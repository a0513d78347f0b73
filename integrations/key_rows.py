"""What the pages of developer API keys show of a key, and where each of its pages is."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.tenancy.models import Organization, Store
from integrations.api_key_use import Calls, calls_of
from integrations.key_curl import curl_line
from integrations.models import ApiKey
from integrations.scope_words import SCOPES, ScopeRow, matrix

#: How keys may be searched for, besides by words.
STATES = {
    "": gettext_lazy("Any state"),
    "working": gettext_lazy("In use"),
    "unused": gettext_lazy("Not used yet"),
    "ended": gettext_lazy("Revoked or expired"),
}
KINDS = {
    "": gettext_lazy("Every key"),
    "organization": gettext_lazy("Keys of the organization"),
    "store": gettext_lazy("Keys of stores"),
}


@dataclass(frozen=True, slots=True)
class KeyLinks:
    """The pages of one key: under its store, or under the organization."""

    listed: str
    detail: str
    show: str
    change: str
    roll: str
    revoke: str


@dataclass(frozen=True, slots=True)
class KeyState:
    text: str
    kind: str
    icon: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    key: ApiKey
    id: str
    links: KeyLinks
    state: KeyState
    calls: Calls
    #: What it may do in a few words, and the rows of the matrix.
    may: str
    scopes: list[ScopeRow]
    #: Which stores a key of the organization opens; "" of a store's own.
    stores: str

    @property
    def requests_per_minute(self) -> int:
        """How many it may make, whichever stores they are for."""
        return self.key.requests_per_minute or settings.API_REQUESTS_PER_MINUTE

    @property
    def curl(self) -> str:
        return curl_line(self.key)

    @property
    def chart_title(self) -> str:
        return ngettext(
            "%(count)d call in 30 days, most on one day: %(busiest)d",
            "%(count)d calls in 30 days, most on one day: %(busiest)d",
            self.calls.total,
        ) % {"count": self.calls.total, "busiest": self.calls.busiest}


def store_links(store: Store, organization: Organization, public_id: str) -> KeyLinks:
    place = [organization.slug, store.code]
    return KeyLinks(
        listed=reverse("integrations:api_keys", args=place),
        detail=reverse("integrations:key", args=[*place, public_id]),
        show=reverse("integrations:show_key", args=[*place, public_id]),
        change=reverse("integrations:change_key", args=[*place, public_id]),
        roll=reverse("integrations:roll_key", args=[*place, public_id]),
        revoke=reverse("integrations:revoke_key", args=[*place, public_id]),
    )


def organization_links(organization: Organization, public_id: str) -> KeyLinks:
    place = [organization.slug]
    return KeyLinks(
        listed=reverse("integrations:organization_keys", args=place),
        detail=reverse("integrations:organization_key", args=[*place, public_id]),
        show=reverse("integrations:organization_key_show", args=[*place, public_id]),
        change=reverse("integrations:organization_key_change", args=[*place, public_id]),
        roll=reverse("integrations:organization_key_roll", args=[*place, public_id]),
        revoke=reverse("integrations:organization_key_revoke", args=[*place, public_id]),
    )


def key_rows(keys: Iterable[ApiKey], *, organization: Organization, store: Store | None) -> list[KeyRow]:
    """One query for the calls and one for the chosen stores, however many keys; links lead to pages of `store`, if there is one."""
    found = list(keys)
    calls = calls_of(found)
    chosen = _chosen([key.pk for key in found if key.store_id is None and not key.every_store])
    return [
        KeyRow(
            key=key,
            id=key.public_id,
            links=(
                store_links(store, organization, key.public_id)
                if store
                else organization_links(organization, key.public_id)
            ),
            state=_state(key),
            calls=calls[key.pk],
            may=_may(key),
            scopes=matrix(key.scopes),
            stores="" if key.store_id else _stores(key, chosen.get(key.pk, [])),
        )
        for key in found
    ]


def _chosen(keys: list[UUID]) -> dict[UUID, list[str]]:
    if not keys:
        return {}
    links = ApiKey.chosen_stores.through.objects.filter(apikey_id__in=keys)
    found: dict[UUID, list[str]] = {}
    for key, code in links.order_by("store__code").values_list("apikey_id", "store__code"):
        found.setdefault(key, []).append(code)
    return found


def _stores(key: ApiKey, codes: list[str]) -> str:
    if key.every_store:
        return _("Every store")
    shown = ", ".join(codes[:3])
    return f"{shown} … (+{len(codes) - 3})" if len(codes) > 3 else shown


def _may(key: ApiKey) -> str:
    if len(key.scopes) == len(SCOPES):
        return _("Everything")
    return ", ".join(str(row.words.name) for row in matrix(key.scopes) if row.given)


def _state(key: ApiKey) -> KeyState:
    if key.revoked_at:
        return KeyState(_("Revoked"), "neutral", "ban")
    if not key.usable:
        return KeyState(_("Expired"), "neutral", "clock")
    if key.last_used_at is None:
        return KeyState(_("Not used yet"), "info", "circle-dashed")
    return KeyState(_("In use"), "success", "circle-check")


def found_keys(organization: Organization, *, words: str, state: str, kind: str) -> QuerySet[ApiKey]:
    """The organization's keys and its stores', by words in a name, a store or the key's first or last characters."""
    keys = ApiKey.objects.filter(organization=organization)
    if words:
        keys = keys.filter(
            Q(name__icontains=words)
            | Q(masked__icontains=words)
            | Q(store__name__icontains=words)
            | Q(store__code__icontains=words)
        )
    now = timezone.now()
    ended = Q(revoked_at__isnull=False) | Q(expires_at__lte=now)
    if state == "ended":
        keys = keys.filter(ended)
    elif state:
        keys = keys.exclude(revoked_at__isnull=False).exclude(expires_at__lte=now)
        keys = keys.filter(last_used_at__isnull=state == "unused")
    if kind:
        keys = keys.filter(store__isnull=kind == "organization")
    return keys
