"""One call to a service that somebody waits for on a page: within some seconds, and with an answer in words whatever happens."""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from django.utils.translation import gettext as _

from backoffice.web.counting import count_this_minute
from integrations.contract import NeedsAttention, ProviderProblem, TryLater
from integrations.models import Integration
from integrations.provider_http import ProviderHttp

WITHIN_SECONDS: Final = 20.0
#: How many such calls a minute one integration may make.
MOST_A_MINUTE: Final = 10

T = TypeVar("T")
_log = logging.getLogger(__name__)


def ask(integration: Integration, what: str, call: Callable[[ProviderHttp], T]) -> T:
    """What `call` answers. Raises ProviderProblem; what a provider did not foresee is one too, and its text is shown to nobody.

    Call it outside of a transaction.
    """
    count, seconds = count_this_minute(f"integration-call:{integration.pk}")
    if count > MOST_A_MINUTE:
        raise TryLater(_("This was tried often just now. Wait %(seconds)d seconds.") % {"seconds": seconds}, seconds)
    try:
        return call(ProviderHttp(patience=0, within=WITHIN_SECONDS))
    except ProviderProblem:
        raise
    except Exception as error:
        _log.exception("%s of %s failed in the provider's code.", what, integration.provider_slug)
        raise NeedsAttention(
            _("Something went wrong on our side. Support can find it by the reference %(reference)s.")
            % {"reference": integration.public_id}
        ) from error
