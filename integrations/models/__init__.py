from integrations.models.api_key import ApiKey, Scope
from integrations.models.integration import Consent, Integration, IntegrationSecret
from integrations.models.run import ActionState, Run, RunItem, RunMail, RunState, SeenOrder, Trigger

__all__ = [
    "ActionState",
    "ApiKey",
    "Consent",
    "Integration",
    "IntegrationSecret",
    "Run",
    "RunItem",
    "RunMail",
    "RunState",
    "Scope",
    "SeenOrder",
    "Trigger",
]
