"""Filters of the admin site's lists."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.utils.translation import gettext as _


class NotedFilter(admin.EmptyFieldListFilter):
    """Whether a column holds anything, such as the moment of a payment: “By paid: Yes” says more than Django's “Not empty”."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice, words in zip(super().choices(changelist), (_("All"), _("No"), _("Yes")), strict=True):
            count = re.search(r" \(\d+\)$", str(choice["display"]))
            yield {**choice, "display": words + (count[0] if count else "")}
