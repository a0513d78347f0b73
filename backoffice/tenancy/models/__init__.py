from backoffice.tenancy.models.audit import AuditEntry
from backoffice.tenancy.models.mail import Mail, MailChoice
from backoffice.tenancy.models.member import Member
from backoffice.tenancy.models.organization import Organization, Store
from backoffice.tenancy.models.store_group import StoreGroup

__all__ = ["AuditEntry", "Mail", "MailChoice", "Member", "Organization", "Store", "StoreGroup"]
