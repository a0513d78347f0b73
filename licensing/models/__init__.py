from licensing.models.plan import INTEGRATION_HUB, AddOn, PlanAddOn, PlanLevel
from licensing.models.subscription import Assignment, License, Subscription

__all__ = ["INTEGRATION_HUB", "AddOn", "Assignment", "License", "PlanAddOn", "PlanLevel", "Subscription"]
