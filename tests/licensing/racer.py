"""`python -m tests.licensing.racer`: a process that tries to take the seat each line of its input names, and prints how it went."""

import os
import sys

LINE = "{license} {store}\n"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    import django

    django.setup()
    from backoffice.tenancy.models import Store
    from licensing.assignments import NotEnoughLicenses, assign
    from licensing.models import License

    for line in sys.stdin:
        license, store = line.split()
        try:
            assign(license=License.objects.get(pk=license), stores=[Store.objects.get(pk=store)], by=None)
        except NotEnoughLicenses:
            answer = "refused"
        except Exception as error:  # noqa: BLE001 - whatever it is, a user would have been shown it
            answer = repr(error)
        else:
            answer = "won"
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
