from licensing.models.billing import BillingAccount, InvoiceCounter, Notice, Order, OrderLine
from licensing.models.coupon import Coupon
from licensing.models.draft import AssignmentImport, DraftChange, LicenseDraft
from licensing.models.plan import INTEGRATION_HUB, AddOn, BillingPeriod, PlanAddOn, PlanLevel
from licensing.models.price import Price
from licensing.models.subscription import Assignment, License, Subscription, SuspendedFor

__all__ = [
    "INTEGRATION_HUB",
    "AddOn",
    "Assignment",
    "AssignmentImport",
    "BillingAccount",
    "BillingPeriod",
    "Coupon",
    "DraftChange",
    "InvoiceCounter",
    "License",
    "LicenseDraft",
    "Notice",
    "Order",
    "OrderLine",
    "PlanAddOn",
    "PlanLevel",
    "Price",
    "Subscription",
    "SuspendedFor",
]
