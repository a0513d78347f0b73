from integrations.models.api_key import ApiKey, Scope
from integrations.models.integration import Consent, Integration, IntegrationSecret
from integrations.models.outage import Outage
from integrations.models.run import ActionState, Run, RunItem, RunMail, RunState, SeenOrder, Trigger
from integrations.models.schedule import ActionSchedule, Every

__all__ = [
    "ActionSchedule",
    "ActionState",
    "ApiKey",
    "Consent",
    "Every",
    "Integration",
    "IntegrationSecret",
    "Outage",
    "Run",
    "RunItem",
    "RunMail",
    "RunState",
    "Scope",
    "SeenOrder",
    "Trigger",
]
