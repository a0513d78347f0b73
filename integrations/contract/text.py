"""The words and values that declarations are made of."""

from collections.abc import Mapping

from django.utils.functional import Promise

#: Words that people read, marked for translation.
Text = str | Promise
#: A provider's settings with its secrets in the clear, by name. Lives only while a call is made.
Values = Mapping[str, object]
