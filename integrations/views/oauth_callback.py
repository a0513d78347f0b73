"""Where services send people back to after they were asked for access: one address for every provider."""

import logging
import re

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backoffice.accounts.models import User
from backoffice.tenancy.models import Member
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.accounts import chosen_from_account
from integrations.catalog import all_providers
from integrations.contract import NeedsAttention, Provider, ProviderProblem, Values
from integrations.models import Integration
from integrations.oauth.grants import connect, require_version
from integrations.oauth.pending import Returned, claim, redirect_uri
from integrations.oauth.tokens import exchange, said
from integrations.provider_http import ProviderHttp
from integrations.values import values_of
from licensing.entitlements import has_hub

_LONGEST = 2000
_log = logging.getLogger(__name__)


@require_GET
def oauth_callback(request: HttpRequest) -> HttpResponseBase:
    """Guarded by the state: who was not sent by us in this very session gets nothing but a page that says so."""
    user = request.user
    state = request.GET.get("state", "")
    if not isinstance(user, User) or not state:
        return page(request, "integrations/oauth_callback.html", status=400)
    returned = claim(state=state, user=user, session_key=str(request.session.session_key))
    provider = all_providers().get(returned.integration.provider_slug) if returned else None
    if returned is None or provider is None:
        return page(request, "integrations/oauth_callback.html", status=400)
    with tenant_transaction(returned.integration.store.organization_id):
        values = values_of([returned.integration]) if _may(user, returned.integration) else {}
    if not values:
        return page(request, "integrations/oauth_callback.html", status=400)
    try:
        _connect(request, returned, provider, values[returned.integration.pk], user)
    except ProviderProblem as problem:
        toasts.error(request, _("The account was not connected. %(why)s") % {"why": problem.message})
    else:
        toasts.success(request, _("The account of %(provider)s is connected.") % {"provider": provider.name})
        _tell_of_choices(request, returned.integration, provider)
    store = returned.integration.store
    place = [store.organization.slug, store.code, returned.integration.public_id]
    return HttpResponseRedirect(reverse("integrations:configure", args=place), status=303)


def _may(user: User, integration: Integration) -> bool:
    """Asked again: a role, a license and the integration itself may have gone since."""
    store = integration.store
    member = Member.objects.filter(user=user, organization=store.organization_id).first()
    return (
        member is not None
        and member.may(Permission.INTEGRATION_MANAGE)
        and member.stores().filter(pk=store.pk).exists()
        and integration.deactivated_at is None
        and has_hub(store.pk)
    )


def _connect(request: HttpRequest, returned: Returned, provider: Provider, values: Values, user: User) -> None:
    """Raises ProviderProblem. No transaction is open while the service is asked."""
    _raise_if_refused(request)
    code = request.GET.get("code", "")
    if not code or len(code) > _LONGEST:
        raise NeedsAttention(_("The service sent you back without a code. Connect again."))
    integration = returned.integration
    require_version(integration, returned.version)
    oauth = provider.oauth(values)
    if oauth is None:
        raise NeedsAttention(_("Fill in what is needed to connect the account first, then connect it."))
    http = ProviderHttp(patience=0)
    given = exchange(oauth, http, code=code, verifier=returned.verifier, redirect_uri=redirect_uri())
    kept = {name: request.GET[name][:_LONGEST] for name in oauth.keep if name in request.GET}
    with tenant_transaction(integration.store.organization_id):
        connect(integration=integration, provider=provider, given=given, kept=kept, by=user, version=returned.version)


def _tell_of_choices(request: HttpRequest, integration: Integration, provider: Provider) -> None:
    """What was chosen from another account before is to be chosen again."""
    chosen = [setting for setting in chosen_from_account(provider) if integration.setting_values.get(setting.name)]
    with tenant_transaction(integration.store.organization_id):
        integration.refresh_from_db(fields=["setting_values"])
    undone = [str(setting.label) for setting in chosen if not integration.setting_values.get(setting.name)]
    if undone:
        words = _("It is another account than before, so choose again what belongs to it: %(settings)s.")
        toasts.warning(request, words % {"settings": ", ".join(undone)})


def _raise_if_refused(request: HttpRequest) -> None:
    """RFC 6749, section 4.1.2.1."""
    error = request.GET.get("error", "")
    if not error:
        return
    if error == "access_denied":
        raise NeedsAttention(_("Access was declined at the service. Connect again and allow it."))
    if re.fullmatch(r"[a-z_]{1,60}", error):
        _log.warning("A service sent somebody back with the error %s.", error)
    told = said({"error": error, "error_description": request.GET.get("error_description", "")})
    raise NeedsAttention(_("The service says: %(words)s") % {"words": told})
