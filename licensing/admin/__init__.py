"""Plans, billing and licenses in the admin site; changes go through the product's actions, so that they are audited and heard."""

from licensing.admin import billing, catalog, plans, seats, stores

__all__ = ["billing", "catalog", "plans", "seats", "stores"]
