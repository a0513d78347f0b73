"""What kind of product a provider is."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from integrations.contract.text import Text


class Category(StrEnum):
    DEVELOPER = "developer"
    E_COMMERCE = "e_commerce"
    ACCOUNTING = "accounting"
    DELIVERY = "delivery"
    MARKETING = "marketing"
    LABOR = "labor"
    LOYALTY = "loyalty"
    FULFILLMENT = "fulfillment"
    MESSAGING = "messaging"
    PAYMENTS = "payments"
    PAYROLL = "payroll"

    @property
    def label(self) -> Text:
        return CATEGORY_NAMES[self]


CATEGORY_NAMES: dict[Category, Text] = {
    Category.DEVELOPER: _("Developer"),
    Category.E_COMMERCE: _("E-commerce"),
    Category.ACCOUNTING: _("Accounting"),
    Category.DELIVERY: _("Delivery"),
    Category.MARKETING: _("Marketing"),
    Category.LABOR: _("Labor"),
    Category.LOYALTY: _("Loyalty"),
    Category.FULFILLMENT: _("Fulfillment"),
    Category.MESSAGING: _("Messaging"),
    Category.PAYMENTS: _("Payments"),
    Category.PAYROLL: _("Payroll"),
}
