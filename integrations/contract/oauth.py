"""How an account is connected: OAuth 2 with an authorization code, PKCE and state, declared by the provider and run by the hub."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OAuth:
    """The service's two addresses and who we are to it.

    `basic_authentication`: client id and secret go to the token address in a header, else in the body. `keep` names parameters of the
    redirect back that are kept as values of their own, such as a company's id. A setting of type `OAUTH` shows the button.
    """

    authorize_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    basic_authentication: bool = True
    keep: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
