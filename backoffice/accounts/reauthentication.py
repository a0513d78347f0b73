"""Fresh authentication: whoever reveals or rolls a secret has entered their password in the last few minutes, and is nobody else."""

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from backoffice.accounts.impersonation import impersonation, refused_to_support


def is_fresh(request: HttpRequest) -> bool:
    """Whether the password was confirmed within ACCOUNT_REAUTHENTICATION_TIMEOUT; signing in alone does not count.

    Never while support is signed in as a customer, also one who has no password that could be confirmed.
    """
    return impersonation(request) is None and bool(did_recently_reauthenticate(request))


def confirm_first(request: HttpRequest, *, then: str) -> HttpResponseRedirect | None:
    """Where to confirm the password before going on to the page `then`; None where that was just done.

    The action itself is not repeated by the way back: a person presses the button again, knowing what it does. Support that is signed in as
    the customer is refused.
    """
    if refused := refused_to_support(request):
        return refused
    if is_fresh(request):
        return None
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': then})}")
