"""What the end of a store takes from its endpoints: signing secrets and the values of custom headers."""

from backoffice.tenancy.models import Store
from webhooks import endpoints
from webhooks.models import Endpoint, SigningKey


def end_store(store: Store) -> dict[str, int]:
    """Stands in the transaction that ends the store; returns how much was destroyed, for the history.

    Endpoints are deleted as their owner deletes them; their rows and the names of their headers stay as what was. Those that were deleted
    before lose their secrets as well. Endpoints of the organization are its own.
    """
    listed = list(Endpoint.objects.listed().filter(store=store).order_by("pk"))
    for endpoint in listed:
        endpoints.delete(endpoint=endpoint, by=None)
    secrets, _rows = SigningKey.objects.filter(endpoint__store=store).delete()
    headers = Endpoint.objects.filter(store=store, headers_ciphertext__isnull=False).update(headers_ciphertext=None)
    return {
        "endpoints_deleted": len(listed),
        "signing_secrets_destroyed": secrets,
        "endpoints_headers_destroyed": headers,
    }
