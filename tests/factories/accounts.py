"""People who sign in; every one of them with the password `PASSWORD`."""

import factory
from factory.django import DjangoModelFactory

from backoffice.accounts.models import User

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    class Params:
        support = factory.Trait(is_staff=True, is_superuser=True, name="Sam Support")

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    name = factory.Sequence(lambda n: f"User {n}")
    password = factory.django.Password(PASSWORD)
