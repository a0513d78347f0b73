"""How many refused keys one address may present in a minute: a till with a wrong key, or a guesser, is told to wait.

Only refusals are counted, so that good keys behind the same address go on and pay nothing for it.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import ngettext

from backoffice.web.counting import count_this_minute
from webhooks.api.authentication import client_address
from webhooks.api.problems import ProblemCode, ProblemError


def too_many_failures(request: HttpRequest) -> ProblemError | None:
    """Count a refused key of the caller's address; the 429 to answer instead of another 401, once there were too many."""
    source = _source(client_address(request))
    if not source:
        return None
    count, seconds = count_this_minute(f"refused-keys:{source}")
    if count <= settings.API_REFUSED_KEYS_PER_MINUTE:
        return None
    detail = ngettext(
        "Too many calls with a wrong key came from this address. Check the key, and try again in %(seconds)s second.",
        "Too many calls with a wrong key came from this address. Check the key, and try again in %(seconds)s seconds.",
        seconds,
    ) % {"seconds": seconds}
    return ProblemError(ProblemCode.RATE_LIMITED, detail, headers={"Retry-After": str(seconds)})


def _source(address: str) -> str:
    """What one caller commands: an IPv4 address, or the 64 bits of a network in IPv6."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
