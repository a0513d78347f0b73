"""`python -m tests.webhooks.api.write_openapi`: record the API's contract as it now stands, to be read in the diff."""

import os
from pathlib import Path

import django

STORED = Path(__file__).with_name("openapi.json")
URL = "https://hub.example.com"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    django.setup()
    from webhooks.api import openapi

    STORED.write_bytes(openapi.as_bytes(URL, "/api/v1/") + b"\n")
    print(f"Wrote {STORED.name}.")  # noqa: T201


if __name__ == "__main__":
    main()
