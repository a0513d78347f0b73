from integrations.models.api_key import ApiKey, ApiKeyDay, Scope
from integrations.models.brand import BrandSecret, BrandSettings
from integrations.models.checklist import ChecklistDismissal
from integrations.models.choices import FetchedChoices
from integrations.models.integration import Consent, Integration, IntegrationSecret
from integrations.models.listing import ProviderAdoption, ProviderListing
from integrations.models.oauth import AUTHORIZATION_LIFETIME, OAuthGrant, PendingAuthorization, Revocation
from integrations.models.outage import Outage
from integrations.models.run import ActionState, Run, RunItem, RunMail, RunState, SeenOrder, Trigger
from integrations.models.schedule import ActionSchedule, Every

__all__ = [
    "AUTHORIZATION_LIFETIME",
    "ActionSchedule",
    "ActionState",
    "ApiKey",
    "ApiKeyDay",
    "BrandSecret",
    "BrandSettings",
    "ChecklistDismissal",
    "Consent",
    "Every",
    "FetchedChoices",
    "Integration",
    "IntegrationSecret",
    "OAuthGrant",
    "Outage",
    "PendingAuthorization",
    "ProviderAdoption",
    "ProviderListing",
    "Revocation",
    "Run",
    "RunItem",
    "RunMail",
    "RunState",
    "Scope",
    "SeenOrder",
    "Trigger",
]
