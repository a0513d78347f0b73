"""Writes access_matrix.json anew, for a change of access that is meant: `python -m tests.architecture.write_access_matrix`."""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
os.environ.setdefault("ENVIRONMENT", "test")
django.setup()

from tests.architecture.test_access_declared import MATRIX, current_matrix  # noqa: E402  after Django is set up

if __name__ == "__main__":
    MATRIX.write_text(json.dumps(current_matrix(), indent=2) + "\n")
