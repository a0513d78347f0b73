"""Controls, hints and errors are tied together for those who do not see them."""

import re

import pytest
from django.test import Client


def _control(html: str, control_id: str) -> str:
    match = re.search(rf'<(?:input|select|textarea)[^>]*id="{control_id}"[^>]*>', html)
    assert match, control_id
    return match.group()


@pytest.fixture
def html(signed_in: Client) -> str:
    return signed_in.get("/gallery/form/").text


def test_hint_and_error_describe_the_control(html: str) -> None:
    control = _control(html, "id_bad_bad-name")
    assert 'aria-describedby="id_bad_bad-name_helptext id_bad_bad-name_error"' in control
    assert 'aria-invalid="true"' in control
    for described in ("id_bad_bad-name_helptext", "id_bad_bad-name_error"):
        assert html.count(f'id="{described}"') == 1


def test_good_field_is_not_marked(html: str) -> None:
    control = _control(html, "id_name")
    assert "aria-invalid" not in control
    assert "is-invalid" not in control


def test_group_is_described_as_a_whole(html: str) -> None:
    fieldset = html[html.rindex("<fieldset", 0, html.index('id="id_bad_bad-channel_0"')) :]
    assert 'aria-describedby="id_bad_bad-channel_error"' in fieldset.split(">")[0]


def test_summary_takes_the_focus_and_leads_to_each_control(html: str) -> None:
    summary = re.search(r'<div class="error-summary".*?</div>', html, re.DOTALL)
    assert summary
    assert "autofocus" in summary.group().split(">")[0]
    assert "This store has no license." in summary.group()
    targets = re.findall(r'href="#([^"]+)"', summary.group())
    assert len(targets) == 5
    for target in targets:
        assert f'id="{target}"' in html, target


def test_optional_fields_say_so(html: str) -> None:
    assert html.count("(optional)") == 4
