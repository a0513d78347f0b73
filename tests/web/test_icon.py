"""The icon that browsers ask for, whatever a page says."""

import pytest
from django.test import Client


def test_favicon(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert (response.status_code, response["Content-Type"]) == (200, "image/x-icon")
    assert b"".join(response).startswith(b"\x00\x00\x01\x00")
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_admin_site_names_the_icon(admin_client: Client) -> None:
    assert 'rel="icon" href="/static/brand/favicon.svg"' in admin_client.get("/admin/").text
