"""Fresh authentication: whoever reveals or rolls a secret has entered their password in the last few minutes."""

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode


def is_fresh(request: HttpRequest) -> bool:
    """Whether the password was confirmed within ACCOUNT_REAUTHENTICATION_TIMEOUT; signing in alone does not count."""
    return bool(did_recently_reauthenticate(request))


def confirm_first(request: HttpRequest, *, then: str) -> HttpResponseRedirect | None:
    """Where to confirm the password before going on to the page `then`; None where that was just done.

    The action itself is not repeated by the way back: a person presses the button again, knowing what it does.
    """
    if is_fresh(request):
        return None
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': then})}")
