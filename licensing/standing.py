"""Where an organization stands: its subscription, its license of the hub and its billing account, read or locked together."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from django.db.models import QuerySet
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.tenancy.models import Organization, Store
from licensing import subscribers
from licensing.models import INTEGRATION_HUB, BillingAccount, License, PlanLevel, Subscription, SuspendedFor
from licensing.proration import Term

HUB_LEVELS = (PlanLevel.PRO, PlanLevel.ENTERPRISE)


@dataclass(slots=True)
class Standing:
    """The rows as they are; `license` is that of the Integration Hub, None where none was ever bought."""

    organization: Organization
    subscription: Subscription
    license: License | None
    account: BillingAccount

    @property
    def plan(self) -> PlanLevel:
        return self.subscription.plan

    @property
    def term(self) -> Term:
        return Term(self.subscription.term_starts_on, self.subscription.renews_on)

    @property
    def tax_percent(self) -> Fraction:
        return Fraction(self.account.tax_percent)

    @property
    def live(self) -> bool:
        """Whether stores that have a seat have the hub."""
        return (
            self.plan in HUB_LEVELS
            and self.subscription.lapsed_at is None
            and self.license is not None
            and self.license.suspended_at is None
        )

    @property
    def on_trial(self) -> bool:
        return self.license is not None and self.license.trial_ends_on is not None

    @property
    def unbilled(self) -> bool:
        """Whether what is there is a trial, running or over: buying charges all of it, and renewing nothing."""
        return self.on_trial or (
            self.license is not None and self.license.suspended_for == SuspendedFor.TRIAL_OVER.value
        )

    @property
    def renewal_is_billed(self) -> bool:
        """Whether the next term is charged: not what is on trial or rests, at the vendor's hand or unpaid."""
        return (
            self.subscription.lapsed_at is None
            and self.license is not None
            and self.license.suspended_at is None
            and not self.unbilled
        )

    def has_hub(self) -> bool:
        """Whether the hub is bought, on trial or given, at whatever plan level."""
        return self.license is not None and self.license.quantity != 0


def standing_of(organization: Organization) -> Standing:
    """To read. Rows that are not there yet are as they would be made: Starter, in US dollars."""
    return Standing(
        organization=organization,
        subscription=Subscription.objects.filter(organization=organization).first() or starter(organization),
        license=License.objects.filter(organization=organization, add_on_id=INTEGRATION_HUB).first(),
        account=BillingAccount.objects.filter(organization=organization).first()
        or BillingAccount(organization=organization),
    )


def locked_standing(organization: Organization) -> Standing:
    """To change, in the caller's transaction: always subscription, license, account in this order, so that no two wait for each other."""
    Subscription.objects.get_or_create(
        organization=organization, defaults={"renews_on": starter(organization).renews_on}
    )
    subscription = Subscription.objects.select_for_update().get(organization=organization)
    license = License.objects.select_for_update().filter(organization=organization, add_on_id=INTEGRATION_HUB).first()
    BillingAccount.objects.get_or_create(organization=organization)
    account = BillingAccount.objects.select_for_update().get(organization=organization)
    subscription.organization = organization
    return Standing(organization, subscription, license, account)


def starter(organization: Organization) -> Subscription:
    """What an organization has that never bought anything; not saved."""
    today = timezone.localdate()
    return Subscription(organization=organization, term_starts_on=today, renews_on=today + timedelta(days=30))


def seated_stores(standing: Standing) -> QuerySet[Store]:
    """The stores that have a seat, whether it serves now or not."""
    return Store.objects.filter(license_assignments__license=standing.license)


def tell_stores(standing: Standing, *, was_live: bool, by: User | None) -> None:
    """Let the other apps hear that the hub of every store with a seat went to rest, or came back."""
    if standing.license is None or standing.live == was_live:
        return
    stores = list(seated_stores(standing).order_by("pk"))
    if not stores:
        return
    (subscribers.hub_licensed if standing.live else subscribers.hub_unlicensed)(stores, by)
