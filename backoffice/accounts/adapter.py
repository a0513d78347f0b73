"""How sign-in by allauth fits this product: people are invited, nobody signs up on their own."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_account_already_exists_mail(self, email: str) -> None:
        """Nothing to send: sign-up is closed, so no one can ask for it."""
