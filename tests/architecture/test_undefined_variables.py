from pathlib import Path

import pytest
from django.template import Context, Origin, Template, engines

from tests.undefined_variables import TEMPLATES


def render(source: str, file: Path) -> str:
    engine = engines["django"].engine  # type: ignore[attr-defined]  # the stubs know only the base backend
    return Template(source, origin=Origin(str(file)), engine=engine).render(Context({"known": "here"}))


@pytest.mark.parametrize(
    "source",
    [
        "{{ nonsense }}",
        "{{ known.nonsense }}",
        "{{ nonsense|upper }}",
        "{% if known %}{{ nonsense }}{% endif %}",
        "{% with other=nonsense %}{{ other }}{% endwith %}",
        "{% partialdef piece inline %}{{ nonsense }}{% endpartialdef %}",
    ],
)
def test_an_undefined_variable_in_one_of_our_templates_fails(source: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"Undefined variable '.*nonsense' in planted\.html"):
        render(source, TEMPLATES / "planted.html")


def test_defined_variables_and_conditions_are_fine() -> None:
    source = "{{ known }}{% if nonsense %}never{% endif %}{% firstof known %}"
    assert render(source, TEMPLATES / "planted.html") == "herehere"


def test_templates_of_other_packages_may_rely_on_undefined_being_empty() -> None:
    assert render("<{{ nonsense }}>", Path("/elsewhere/admin/base.html")) == "<>"
