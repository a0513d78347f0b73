"""The Settings tab as several views show it, and what saving it means."""

from dataclasses import dataclass

from django.http import HttpResponseBase, QueryDict
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web.pages import page
from integrations.accounts import account_setting
from integrations.actions import Shared, StaleEdit, save_settings
from integrations.callbacks import made_url
from integrations.contract import NeedsAttention, Provider, Values
from integrations.models import Integration, OAuthGrant
from integrations.oauth.pending import redirect_uri
from integrations.settings_form import VERSION, SettingsForm, in_words
from integrations.status import rows_of
from licensing.entitlements import is_enterprise


@dataclass(frozen=True, slots=True)
class Conflict:
    """A setting that somebody else saved differently meanwhile."""

    label: str
    theirs: str
    yours: str


def save(
    request: StoreRequest, integration: Integration, provider: Provider, *, draft: bool = False
) -> HttpResponseBase | None:
    """Save what was posted; the page with what is wrong, or None where nothing is.

    A draft of settings that were never saved may leave out what is required: it goes on being missing.
    """
    draft = draft and integration.settings_saved_at is None
    if "_add_row" in request.POST:
        # Nothing is saved: a table shows what is filled in and two rows more.
        return settings_page(request, integration, provider, posted_form(request, integration, provider, draft=True))
    form = posted_form(request, integration, provider, draft=draft)
    if not form.is_valid():
        return settings_page(request, integration, provider, form, status=422)
    try:
        save_settings(
            integration=integration,
            values=form.plain,
            secrets=form.secrets,
            shared=Shared(form.shared_plain, form.shared_secrets),
            version=form.version,
            by=request.user,
            draft=form.draft,
        )
    except StaleEdit as stale:
        return _stale(request, stale, provider, form)
    return None


def posted_form(
    request: StoreRequest,
    integration: Integration,
    provider: Provider,
    *,
    data: QueryDict | None = None,
    draft: bool = False,
) -> SettingsForm:
    """The form as it was posted, or with `data` in its place."""
    return SettingsForm(
        request.POST if data is None else data,
        integration=integration,
        provider=provider,
        draft=draft,
        may_set_shared=may_set_shared(request),
    )


def may_set_shared(request: StoreRequest) -> bool:
    return request.member.may(Permission.BRAND_SETTINGS_MANAGE)


def settings_page(
    request: StoreRequest,
    integration: Integration,
    provider: Provider,
    form: SettingsForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponseBase:
    context = {
        **head(integration, provider),
        "form": form,
        "tab": "settings",
        "grant": OAuthGrant.objects.select_related("connected_by").filter(integration=integration).first()
        if account_setting(provider)
        else None,
        "redirect_uri": redirect_uri(),
        "callback_url": made_url(integration),
        "consent": integration.consents.select_related("accepted_by").order_by("-id").first(),
        "may_copy": integration.settings_saved_at is not None and is_enterprise(request.organization.pk),
        "conflicts": [],
        "stale": False,
        "tested": None,
        **more,
    }
    return page(request, "integrations/configure.html", context, status=status)


def typed_values(request: StoreRequest, form: SettingsForm) -> Values:
    """The settings of the form, over what is saved. Raises NeedsAttention where they are not enough for a call."""
    with tenant_transaction(request.organization.pk):
        valid, missing = form.is_valid(), []
        if valid:
            missing = [str(setting.label) for setting in form.missing]
            values = form.values
    if not valid:
        wrong = [str(form[name].label) for name in form.errors if name in form.fields]
        raise NeedsAttention(_("Correct this first: %(settings)s.") % {"settings": ", ".join(wrong)})
    if missing:
        raise NeedsAttention(_("Fill in first: %(settings)s.") % {"settings": ", ".join(missing)})
    return values


def head(integration: Integration, provider: Provider) -> dict[str, object]:
    """What both tabs show above themselves."""
    return {"integration": integration, "provider": provider, "row": rows_of([integration], licensed=True)[0]}


def _stale(request: StoreRequest, stale: StaleEdit, provider: Provider, form: SettingsForm) -> HttpResponseBase:
    """The page again with both values; saving once more then replaces theirs."""
    data = request.POST.copy()
    data[VERSION] = str(stale.current.version)
    again = posted_form(request, stale.current, provider, data=data)
    mine = {**form.plain, **form.shared_plain}
    conflicts = [
        Conflict(str(setting.label), in_words(setting, again.known.get(setting.name)), in_words(setting, yours))
        for setting in provider.settings
        if setting.name in mine and (yours := mine[setting.name]) != again.known.get(setting.name)
    ]
    return settings_page(request, stale.current, provider, again, conflicts=conflicts, stale=True, status=409)
