"""The Settings tab as several views show it, and what saving it means."""

from dataclasses import dataclass

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web.pages import page
from integrations.actions import StaleEdit, save_settings
from integrations.callbacks import made_url
from integrations.contract import NeedsAttention, Provider, Setting, Values
from integrations.models import Integration, OAuthGrant
from integrations.oauth.grants import account_setting
from integrations.oauth.pending import redirect_uri
from integrations.settings_form import VERSION, SettingsForm
from integrations.status import rows_of


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
        return settings_page(request, integration, provider, _with_a_row(request, integration, provider))
    form = SettingsForm(request.POST, integration=integration, provider=provider, draft=draft)
    if not form.is_valid():
        return settings_page(request, integration, provider, form, status=422)
    try:
        save_settings(
            integration=integration,
            values=form.plain,
            secrets=form.secrets,
            version=form.version,
            by=request.user,
            draft=form.draft,
        )
    except StaleEdit as stale:
        return _stale(request, stale, provider, form)
    return None


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
    if not valid:
        wrong = [str(form[name].label) for name in form.errors if name in form.fields]
        raise NeedsAttention(_("Correct this first: %(settings)s.") % {"settings": ", ".join(wrong)})
    if missing:
        raise NeedsAttention(_("Fill in first: %(settings)s.") % {"settings": ", ".join(missing)})
    return form.values


def head(integration: Integration, provider: Provider) -> dict[str, object]:
    """What both tabs show above themselves."""
    return {"integration": integration, "provider": provider, "row": rows_of([integration], licensed=True)[0]}


def _with_a_row(request: StoreRequest, integration: Integration, provider: Provider) -> SettingsForm:
    """Nothing is saved: a table shows what is filled in and two rows more, so that a press on Add row shows more of them."""
    return SettingsForm(request.POST, integration=integration, provider=provider, draft=True)


def _stale(request: StoreRequest, stale: StaleEdit, provider: Provider, form: SettingsForm) -> HttpResponseBase:
    """The page again with both values; saving once more then replaces theirs."""
    theirs = stale.current.setting_values
    conflicts = [
        Conflict(str(setting.label), _in_words(setting, theirs.get(setting.name)), _in_words(setting, yours))
        for setting in provider.settings
        if setting.name in form.plain and (yours := form.plain[setting.name]) != theirs.get(setting.name)
    ]
    data = request.POST.copy()
    data[VERSION] = str(stale.current.version)
    again = SettingsForm(data, integration=stale.current, provider=provider)
    return settings_page(request, stale.current, provider, again, conflicts=conflicts, stale=True, status=409)


def _in_words(setting: Setting, value: object) -> str:
    if isinstance(value, bool):
        return _("On") if value else _("Off")
    labels = {option.value: str(option.label) for option in setting.options}
    if isinstance(value, (list, tuple)):
        return ", ".join(labels.get(str(item), str(item)) for item in value) or "—"
    return labels.get(str(value), str(value)) if value not in (None, "") else "—"
