"""`manage.py startprovider "Acme Orders"`: the files of a new provider, which run as they are and say what to fill in."""

from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

TEMPLATES = Path(__file__).resolve().parent.parent / "provider_template"
#: Each template and where its file goes; `module` and `slug` differ by underscore and hyphen.
FILES = {
    "provider.py-tpl": "integrations/providers/{module}.py",
    "logo.svg-tpl": "static/providers/{slug}.svg",
    "package.py-tpl": "tests/integrations/providers/{module}/__init__.py",
    "test_provider.py-tpl": "tests/integrations/providers/{module}/test_provider.py",
    "fixtures.md-tpl": "tests/integrations/providers/{module}/fixtures/README.md",
}


class Command(BaseCommand):
    help = "Writes the provider file, the logo, a test and the fixtures folder of a new provider. Replaces nothing."
    # A provider that is half written must not keep the next from being started.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help='what people call it, such as "Acme Orders"')
        parser.add_argument("--slug", default="", help="its name in addresses; made from the name if not given")
        parser.add_argument("--root", default=str(settings.BASE_DIR), help="the checkout to write to")

    def handle(self, *_args: Any, name: str, slug: str, root: str, **_options: Any) -> None:
        slug = slugify(slug or name)
        module = slug.replace("-", "_")
        if not module.isidentifier() or iskeyword(module):
            raise CommandError(
                f"{slug!r} cannot be the name of a Python file. Choose another with --slug, such as --slug my-shop."
            )
        if not 3 <= len(name) <= 40 or '"' in name or "\\" in name or "$" in name:
            raise CommandError("A name has 3 to 40 characters, and no quotes, backslashes or dollar signs.")
        words = {
            "name": name,
            "slug": slug,
            "module": module,
            "class_name": "".join(part.title() for part in slug.split("-")),
        }
        paths = {template: Path(root) / path.format_map(words) for template, path in FILES.items()}
        taken = [
            path for path in (*paths.values(), Path(root) / "integrations" / "providers" / module) if path.exists()
        ]
        if taken:
            raise CommandError(f"{taken[0]} exists already. Nothing was written.")
        for template, path in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(Template((TEMPLATES / template).read_text()).substitute(words))
            self.stdout.write(f"wrote {path.relative_to(root)}")
        self.stdout.write("Next: integrations/providers/README.md, then fill in what the test names:")
        self.stdout.write(f'  pytest tests/integrations/providers -k "{module} or {slug}"')
