from integrations.models.api_key import ApiKey, Scope
from integrations.models.integration import Consent, Integration, IntegrationSecret

__all__ = ["ApiKey", "Consent", "Integration", "IntegrationSecret", "Scope"]
