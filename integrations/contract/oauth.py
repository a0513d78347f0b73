"""How an account is connected: OAuth 2 with an authorization code, PKCE and state, declared by the provider and run by the hub."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OAuth:
    """The service's addresses and who we are to it.

    `basic_authentication`: client id and secret go to the token address in a header, else in the body. `keep` names parameters of the
    redirect back that are kept as values of their own, such as a company's id. A setting of type `OAUTH` shows the buttons.
    `revoke_url` is asked to end an access that was disconnected here (RFC 7009); empty where the service has none. `revoke_as_json`:
    it takes the token as JSON, not as a form.
    """

    authorize_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    basic_authentication: bool = True
    keep: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    revoke_url: str = ""
    revoke_as_json: bool = False
