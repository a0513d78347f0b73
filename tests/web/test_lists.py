"""Keyset pages walk a list in both directions without gap or repeat."""

import pytest
from django.db.models.functions import Upper
from django.http import QueryDict

from backoffice.accounts.models import User
from backoffice.web.lists import keyset_page, searched
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
ORDERS = [("email",), ("-email",), ("name",), ("-name",), ("-name", "email"), ("-pk",), ("is_active", "-name")]


@pytest.fixture
def people() -> None:
    for number in range(11):
        UserFactory.create(email=f"p{number:02}@example.com", name=f"Name {number // 3}", is_active=number % 2 == 0)


@pytest.mark.parametrize("order", ORDERS)
def test_forward_and_back(people: None, order: tuple[str, ...]) -> None:
    last = order[-1]
    tie = "-pk" if last.startswith("-") else "pk"
    expected = list(User.objects.order_by(*order, tie))
    page = keyset_page(User.objects.all(), order_by=order, size=3)
    assert page.previous_cursor is None
    walked = [page]
    while page.next_cursor:
        page = keyset_page(User.objects.all(), order_by=order, cursor=page.next_cursor, size=3)
        walked.append(page)
    assert [item for each in walked for item in each.items] == expected
    for earlier in reversed(walked[:-1]):
        assert page.previous_cursor
        page = keyset_page(User.objects.all(), order_by=order, cursor=page.previous_cursor, size=3)
        assert page.items == earlier.items
        assert page.next_cursor
    assert page.previous_cursor is None


def test_rows_added_before_shift_nothing(people: None) -> None:
    first = keyset_page(User.objects.all(), order_by=["email"], size=3)
    UserFactory.create(email="a@example.com")
    second = keyset_page(User.objects.all(), order_by=["email"], cursor=first.next_cursor, size=3)
    assert [user.email for user in second.items] == [f"p{number:02}@example.com" for number in (3, 4, 5)]


@pytest.mark.parametrize("cursor", ["nonsense", "a:b", "\x00", "é", "x" * 5000])
def test_bad_cursor_is_the_first_page(people: None, cursor: str) -> None:
    assert keyset_page(User.objects.all(), order_by=["email"], cursor=cursor).items[0].email == "p00@example.com"


def test_tampered_or_foreign_cursor_is_the_first_page(people: None) -> None:
    cursor = keyset_page(User.objects.all(), order_by=["email"], size=3).next_cursor
    assert cursor
    for other in (cursor[:-2] + "zz", cursor):
        order = ["email"] if other != cursor else ["name"]
        page = keyset_page(User.objects.all(), order_by=order, cursor=other, size=3)
        assert page.previous_cursor is None


def test_annotation(people: None) -> None:
    users = User.objects.annotate(sort=Upper("email"))
    page = keyset_page(users, order_by=["-sort"], size=4)
    second = keyset_page(users, order_by=["-sort"], size=4, cursor=page.next_cursor)
    assert [*page.items, *second.items] == list(users.order_by("-sort"))[:8]


def test_empty() -> None:
    page = keyset_page(User.objects.all(), order_by=["email"])
    assert (page.items, page.has_neighbours) == ([], False)


def test_order_is_required() -> None:
    with pytest.raises(ValueError, match="order_by"):
        keyset_page(User.objects.all(), order_by=[])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ""),
        ("q=+burger+bar+", "burger bar"),
        ("q=%00", ""),
        ("q=a%00b", "ab"),
        ("q=%00+a", "a"),
        ("q=" + "a" * 101, "a" * 100),
    ],
)
def test_what_is_searched_for(query: str, words: str) -> None:
    assert searched(QueryDict(query)) == words
