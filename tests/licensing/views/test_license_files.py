"""Assignments as CSV: out by filter and in by report, row by row."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.tenancy.models import AuditEntry, Store
from licensing.assignments import assign, unassign
from licensing.models import AssignmentImport, License
from tests.licensing.license_page import LicensePage

pytestmark = pytest.mark.django_db


def upload(admin: LicensePage, text: str | bytes) -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    return admin.client.post(
        admin.url("license_import"), {"file": SimpleUploadedFile("stores.csv", content)}, follow=True
    )


def rows_of(response: Any) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def apply(admin: LicensePage, **changed: str) -> Any:
    made = admin.get("license_report").context
    data = {"import": str(made["imported"].pk), **{name: str(count) for name, count in made["counts"]}, **changed}
    return admin.client.post(admin.url("license_apply"), data)


def test_the_download_holds_what_the_filter_shows_with_formulas_defused(admin: LicensePage) -> None:
    one, two = admin.stores(2)
    Store.objects.filter(pk=one.pk).update(name='=HYPERLINK("http://evil.example")')
    assign(license=admin.license, stores=[one], by=None)
    response = admin.get("license_export")
    assert response.streaming
    assert 'filename="' in response["Content-Disposition"]
    assert sorted(rows_of(response)) == sorted(
        [
            ["store", "name", "integration_hub"],
            [one.code, '\'=HYPERLINK("http://evil.example")', "on"],
            [two.code, two.name, "off"],
        ]
    )
    assert rows_of(admin.get("license_export", state="unassigned"))[1:] == [[two.code, two.name, "off"]]


def test_the_report_says_for_each_row_what_it_would_do(admin: LicensePage) -> None:
    License.objects.update(quantity=2)
    one, two, three, four = admin.stores(4)
    assign(license=admin.license, stores=[one, two], by=None)
    lines = [
        "Store;Integration Hub",
        f"{one.code.lower()};off",
        f"{two.code};YES",
        f"{three.code};x",
        f"{four.code};1",
        "NOWHERE-1;on",
        f"{one.code};perhaps",
        f"{three.code};on",
        f"{four.code};",
    ]
    response = upload(admin, "\n".join(lines))
    verdicts = [(line.number, line.code, line.verdict.value) for line in response.context["lines"]]
    assert verdicts == [
        (2, one.code.lower(), "unassign"),
        (3, two.code, "already"),
        (4, three.code, "assign"),
        (5, four.code, "no_seat"),
        (6, "NOWHERE-1", "unknown"),
        (7, one.code, "unclear"),
        (8, three.code, "twice"),
    ]
    assert "Apply 2 changes" in response.text
    assert admin.assigned() == {one, two}


def test_apply_does_what_the_report_said_and_no_more(admin: LicensePage) -> None:
    one, two = admin.stores(2)
    assign(license=admin.license, stores=[one], by=None)
    upload(admin, f"store,integration_hub\n{one.code},off\n{two.code},on\n")
    response = apply(admin)
    assert response.status_code == 302
    assert "License settings saved successfully" in admin.client.get(response["Location"]).text
    assert admin.assigned() == {two}
    assert not AssignmentImport.objects.exists()
    assert AuditEntry.objects.filter(actor=admin.member.user, action__startswith="license.").count() == 2


def test_a_report_that_is_no_longer_true_applies_nothing_and_is_shown_anew(admin: LicensePage) -> None:
    one, two = admin.stores(2)
    upload(admin, f"store,integration_hub\n{two.code},on\n")
    made = admin.get("license_report").context
    assign(license=admin.license, stores=[one], by=None)
    data = {"import": str(made["imported"].pk), **{name: str(count) for name, count in made["counts"]}}
    response = admin.client.post(admin.url("license_apply"), data)
    assert response.status_code == 409
    assert "Nothing was applied." in response.text
    assert "No license left" in response.text
    assert admin.assigned() == {one}
    unassign(license=admin.license, stores=[one], by=None)
    assert admin.client.post(admin.url("license_apply"), data).status_code == 302
    assert admin.assigned() == {two}


def test_a_file_replaced_meanwhile_is_not_applied(admin: LicensePage) -> None:
    (one,) = admin.stores(1)
    upload(admin, f"store,integration_hub\n{one.code},on\n")
    assert apply(admin, **{"import": "0191e3a0-0000-7000-8000-000000000000"}).status_code == 302
    assert admin.assigned() == set()
    other = admin.colleague()
    assert other.get("license_report").status_code == 302


def test_an_export_comes_back_as_it_left(admin: LicensePage) -> None:
    License.objects.update(quantity=5)
    stores = admin.stores(3)
    assign(license=admin.license, stores=stores[:2], by=None)
    content = b"".join(admin.get("license_export").streaming_content)
    assert {line.verdict.value for line in upload(admin, content).context["made"].lines} == {"already"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The first line must name the columns"),
        (b"store,name\nA,B\n", "The first line must name the columns"),
        (b"store,integration_hub\n", "says nothing about any store"),
        (b'sep="\nstore,integration_hub\nA,on\n', "names a delimiter that is not known"),
        (b"store,integration_hub\n" + b"A,on\n" * 20_001, "more than 20,000 rows"),
        (b"store,integration_hub\n" + b" " * (5 * 1024 * 1024), "larger than 5 MB"),
        (b'store,integration_hub\nA,"' + b"x" * 200_000, "damaged near line"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(admin: LicensePage, content: bytes, reason: str) -> None:
    response = upload(admin, content)
    assert response.status_code == 422
    assert reason in response.text
    assert not AssignmentImport.objects.exists()


def test_no_file_is_refused_in_words(admin: LicensePage) -> None:
    response = admin.client.post(admin.url("license_import"))
    assert response.status_code == 422
    assert "Choose a file first." in response.text


def test_the_report_is_paged_and_filtered_by_result(admin: LicensePage) -> None:
    License.objects.update(quantity=500)
    stores = admin.stores(150)
    upload(admin, "store,integration_hub\n" + "".join(f"{store.code},on\n" for store in stores) + "NOPE,on\n")
    first = admin.get("license_report")
    assert len(first.context["lines"]) == 100
    second = admin.get("license_report", after=str(first.context["next_after"]))
    assert len(second.context["lines"]) == 51
    only = admin.get("license_report", show="unknown").context["lines"]
    assert [line.code for line in only] == ["NOPE"]


def test_applying_makes_as_many_queries_for_many_rows_as_for_few(admin: LicensePage) -> None:
    License.objects.update(quantity=500)

    def queries(count: int) -> int:
        stores = admin.stores(count)
        upload(admin, "store,integration_hub\n" + "".join(f"{store.code},on\n" for store in stores))
        with CaptureQueriesContext(connection) as captured:
            assert apply(admin).status_code == 302
        return len(captured)

    queries(1)
    assert queries(3) == queries(120)


def test_a_store_code_with_nul_is_unknown_and_breaks_nothing(admin: LicensePage) -> None:
    upload(admin, "store,integration_hub\nA\x00B,on\n")
    counts = dict(admin.get("license_report").context["counts"])
    assert sum(counts.values()) == counts["unknown"] == 1


@pytest.mark.parametrize(
    ("written", "encoding", "line"),
    [
        ("store\tintegration_hub\r\n{}\ton\r\n", "utf-16", 2),
        ("sep=;\r\nstore;integration_hub\r\n{};on\r\n", "utf-8-sig", 3),
        ("sep=,\r\nstore,integration_hub\r\n{},on\r\n", "cp1252", 3),
    ],
)
def test_what_spreadsheets_save_is_read_as_it_is(admin: LicensePage, written: str, encoding: str, line: int) -> None:
    (store,) = admin.stores(1)
    response = upload(admin, written.format(store.code).encode(encoding))
    assert [(row.number, row.code, row.verdict.value) for row in response.context["lines"]] == [
        (line, store.code, "assign")
    ]
