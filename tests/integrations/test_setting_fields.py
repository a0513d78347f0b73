"""Each type of setting has a field that gives the value the contract promises, and says what is wrong with a bad one."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from integrations.contract import Option, Setting, SettingType
from integrations.setting_fields import field_of

KEYS = (Option("cash", "Cash"), Option("card", "Card"))
COLUMNS = (
    Setting("cabinet", SettingType.TEXT, "Cabinet", max_length=10),
    Setting("minutes", SettingType.INTEGER, "Minutes", minimum=1, maximum=90),
    Setting("heated", SettingType.SWITCH, "Heated"),
)


@pytest.mark.parametrize(
    ("setting_type", "typed", "value"),
    [
        (SettingType.DATE, "2026-03-04", "2026-03-04"),
        (SettingType.TIME, "06:30", "06:30"),
        (SettingType.INTEGER, "12", 12),
        (SettingType.EMAIL, "ops@example.com", "ops@example.com"),
        (SettingType.URL, "https://shop.example.com/rest", "https://shop.example.com/rest"),
        (SettingType.SWITCH, "on", True),
    ],
)
def test_a_value_is_what_the_contract_promises(setting_type: SettingType, typed: str, value: object) -> None:
    assert field_of(Setting("field", setting_type, "Field")).clean(typed) == value


@pytest.mark.parametrize("setting_type", [SettingType.DATE, SettingType.TIME, SettingType.TEXT, SettingType.URL])
def test_left_empty_it_is_empty_text(setting_type: SettingType) -> None:
    assert field_of(Setting("field", setting_type, "Field", required=False)).clean("") == ""


def test_every_type_has_a_field_or_is_generated() -> None:
    for setting_type in SettingType:
        setting = Setting("field", setting_type, "Field", options=KEYS, keys=KEYS, columns=COLUMNS)
        assert setting.generated or field_of(setting).label == "Field"


@pytest.mark.parametrize("setting_type", [SettingType.OAUTH, SettingType.CALLBACK_URL])
def test_what_we_generate_has_no_field(setting_type: SettingType) -> None:
    with pytest.raises(ValueError, match="generated"):
        field_of(Setting("field", setting_type, "Field"))


def read(setting: Setting, posted: dict[str, str]) -> Any:
    query = QueryDict(mutable=True)
    query.update(posted)
    field = field_of(setting)
    return field.clean(field.widget.value_from_datadict(query, {}, setting.name))


def mapping(**options: Any) -> Setting:
    return Setting("accounts", SettingType.MAPPING, "Accounts", keys=KEYS, max_length=20, **options)


def test_a_mapping_gives_a_dict() -> None:
    assert read(mapping(), {"accounts.cash": " 1000 ", "accounts.card": "1100"}) == {"cash": "1000", "card": "1100"}


def test_a_required_mapping_names_the_words_that_lack_a_value() -> None:
    with pytest.raises(ValidationError, match="Still to be filled in: Card"):
        read(mapping(), {"accounts.cash": "1000"})
    assert read(mapping(required=False), {"accounts.cash": "1000"}) == {"cash": "1000"}


def test_a_mapping_takes_no_word_of_its_own_and_no_long_value() -> None:
    assert read(mapping(required=False), {"accounts.other": "1"}) == {}
    with pytest.raises(ValidationError, match="Too long: Cash"):
        read(mapping(required=False), {"accounts.cash": "1" * 21})


def rows(**options: Any) -> Setting:
    return Setting("cabinets", SettingType.ROWS, "Cabinets", columns=COLUMNS, **options)


def test_rows_give_a_list_and_empty_ones_are_none() -> None:
    posted = {
        "cabinets.0.cabinet": "A",
        "cabinets.0.minutes": "10",
        "cabinets.2.cabinet": "B",
        "cabinets.2.minutes": "5",
    }
    assert read(rows(), {**posted, "cabinets.2.heated": "on"}) == [
        {"cabinet": "A", "minutes": 10, "heated": False},
        {"cabinet": "B", "minutes": 5, "heated": True},
    ]


def test_a_select_that_stands_on_its_first_choice_fills_no_row() -> None:
    size = Setting("size", SettingType.SELECT, "Size", options=(Option("small", "Small"), Option("large", "Large")))
    setting = Setting("boxes", SettingType.ROWS, "Boxes", columns=(Setting("name", SettingType.TEXT, "Name"), size))
    untouched = {"boxes.1.name": "", "boxes.1.size": "small"}
    posted = {"boxes.0.name": "A", "boxes.0.size": "small", **untouched}
    assert read(setting, posted) == [{"name": "A", "size": "small"}]
    with pytest.raises(ValidationError, match="Row 2, Name"):
        read(setting, {**posted, "boxes.1.size": "large"})


@pytest.mark.parametrize(
    ("posted", "problem"),
    [
        ({}, "at least one row"),
        ({"cabinets.0.cabinet": "A"}, "Row 1, Minutes"),
        ({"cabinets.0.cabinet": "A", "cabinets.0.minutes": "91"}, "Row 1, Minutes"),
        ({f"cabinets.{row}.cabinet": "A" for row in range(3)}, "At most 2 rows"),
    ],
)
def test_wrong_rows_are_refused_with_their_number(posted: dict[str, str], problem: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(rows(max_rows=2), posted)
    assert problem in " ".join(refused.value.messages)


def test_tables_show_what_is_stored_escaped() -> None:
    html = field_of(mapping()).widget.render("accounts", {"cash": "<b>"}, {"id": "id_accounts"})
    assert "&lt;b&gt;" in html
    assert 'for="id_accounts_0"' in html
    shown = field_of(rows()).widget.render("cabinets", [{"cabinet": "A", "minutes": 7, "heated": True}], {"id": "x"})
    assert 'value="A"' in shown
    assert "checked" in shown
    assert shown.count("<tr>") == 4, "A heading, the stored row and two empty ones."
