"""PUC's codes: the same for an order wherever computed, spread evenly, and the odds that the guide states."""

from collections import Counter
from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from integrations.providers.puc.codes import code_of, qr_picture, qr_text, wants_code
from integrations.providers.puc.guide import GUIDE

VALUES: dict[str, object] = {"api_key": "key", "code_secret": "s" * 20, "site_code": "NYC-01", "digits": 6}
IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=40)


@given(IDS, st.integers(4, 8), st.dictionaries(st.sampled_from(["version", "status", "number"]), st.integers()))
def test_a_code_has_its_digits_and_stays_whatever_becomes_of_the_order(key: str, digits: int, changes: Any) -> None:
    values = {**VALUES, "digits": digits}
    code = code_of({"id": key}, values)
    assert len(code) == digits
    assert code.isdecimal()
    assert code == code_of({**changes, "id": key}, values)
    assert qr_text({"id": key}, values) == f"PUC1:NYC-01:{key}:{code}"


def test_it_depends_on_secret_site_and_order() -> None:
    changed = [{**VALUES, "code_secret": "t" * 20}, {**VALUES, "site_code": "NYC-02"}, {**VALUES, "code_secret": ""}]
    codes = {code_of({"id": "ord_1"}, values) for values in [VALUES, *changed]} | {code_of({"id": "ord_2"}, VALUES)}
    assert len(codes) == 5
    assert code_of({"id": "a"}, {**VALUES, "code_secret": "", "api_key": "x"}) != code_of(
        {"id": "a"}, {**VALUES, "api_key": "x"}
    )


def test_codes_are_spread_evenly() -> None:
    first = Counter(code_of({"id": f"ord_{n}"}, VALUES)[0] for n in range(20_000))
    assert len(first) == 10
    assert all(1800 < count < 2200 for count in first.values())


def test_the_odds_in_the_guide_are_right() -> None:
    for orders in (10, 50, 200):
        row = next(line for line in str(GUIDE).splitlines() if line.startswith(f"| {orders} |"))
        stated = [float(cell.strip(" %")) for cell in row.split("|")[2:5]]
        for digits, told in zip((4, 6, 8), stated, strict=True):
            none = 1.0
            for taken in range(orders):
                none *= 1 - taken / 10**digits
            assert abs((1 - none) * 100 - told) / told < 0.05, (orders, digits)


def test_the_picture_is_plain_svg_on_a_light_ground() -> None:
    picture = qr_picture({"id": "ord_1"}, VALUES)
    root = ElementTree.fromstring(picture)
    assert root.tag == "svg"
    assert "style" not in picture
    assert "#fff" in picture


def test_who_gets_a_code() -> None:
    assert wants_code({"channel": "online", "service_type": "pickup"})
    assert wants_code({"channel": "online"})
    assert not wants_code({"channel": "online", "service_type": "delivery"})
    assert not wants_code({"channel": "pos", "service_type": "pickup"})
