"""What belongs to a connected account beside its tokens: which account it is, for which client, and what was chosen from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.contract import Provider, Scope, Setting, SettingType, Values


@dataclass(frozen=True, slots=True)
class Account:
    """`client` is for whom tokens are given out and where. `identity` is what the service told of the account; empty where it tells nothing."""

    client: tuple[str, str]
    identity: tuple[tuple[str, object], ...]

    def is_that_of(self, other: "Account") -> bool:
        """Whether both are surely one account; of two that nothing is known of nobody can tell."""
        return bool(self.identity) and self.identity == other.identity


NONE = Account(("", ""), ())


def account_setting(provider: Provider) -> Setting | None:
    """The setting that connects an account, if the provider has one; it has one at most."""
    return next((setting for setting in provider.settings if setting.type is SettingType.OAUTH), None)


def access_name(provider: Provider) -> str:
    """Under which name the access token is among the integration's secrets; for providers that connect an account."""
    setting = account_setting(provider)
    if setting is None:
        raise LookupError(f"{provider.slug} connects no account.")
    return setting.name


def refresh_name(provider: Provider) -> str:
    """Under which name the refresh token is; no setting can have it."""
    return f"{access_name(provider)}.refresh"


def is_another(remembered: Mapping[str, object], told: Mapping[str, str]) -> bool:
    """Whether what the service tells of an account is surely of another than the one that is remembered."""
    return any(name in remembered and remembered[name] != value for name, value in told.items())


def chosen_from_account(provider: Provider) -> list[Setting]:
    """A store's settings whose choices the account offers: the ids of one company's ledger mean other accounts in another's."""
    if account_setting(provider) is None:
        return []
    return [setting for setting in provider.settings if setting.choices_from and setting.scope is Scope.STORE]


def account_of(provider: Provider, values: Values) -> Account:
    """As these values name it. They may hold something else in the place of each secret, which neither part is made of."""
    oauth = provider.oauth(values)
    if oauth is None:
        return NONE
    told = tuple((name, values[name]) for name in oauth.keep if values.get(name))
    return Account((oauth.token_url, oauth.client_id), told)
