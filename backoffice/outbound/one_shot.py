"""One outbound call, waited for: for connection tests and actions, under the same guard and limits as deliveries."""

from collections.abc import Sequence

from backoffice.outbound.multiplexed import MultiplexedClient
from backoffice.outbound.request import OutboundRequest, OutboundResult


def send(
    request: OutboundRequest, *, open_networks: Sequence[str] | None = None, ca_file: str | None = None
) -> OutboundResult:
    """Make the call and wait for its result, at most `timeout_seconds` of the request. Never raises for what it meets."""
    with MultiplexedClient[None](open_networks=open_networks, ca_file=ca_file) as client:
        client.submit(None, request)
        while True:
            for _token, result in client.poll(request.timeout_seconds):
                return result
