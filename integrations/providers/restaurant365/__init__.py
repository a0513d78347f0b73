"""Restaurant365: each day's sales and payments as files in a folder on an SFTP server.

Sources: "POS Data Export - File Guide" (names of files and columns, kinds of file) and "Completing the POS integration import template"
(how dates are written) of the Restaurant365 documentation.
"""

import posixpath
from datetime import date

from django.utils.translation import gettext_lazy as _

from integrations.contract import (
    Action,
    Category,
    ConnectionResult,
    ItemOutcome,
    Kind,
    Option,
    Provider,
    ProviderProblem,
    Run,
    Schedule,
    Setting,
    SettingType,
    SftpAccount,
    Values,
    WayOut,
    days,
)
from integrations.providers.restaurant365.files import KINDS, DayFile, day_files, day_of, is_sale, names_of
from integrations.providers.restaurant365.guide import GUIDE, TERMS


class Restaurant365(Provider):
    slug = "restaurant365"
    name = _("Restaurant365")
    tagline = _("Send each day's sales and payments to your restaurant accounting.")
    category = Category.ACCOUNTING
    description = _(
        "The closed checks of a day of your store, with taxes, tips and guests, and every payment and discount are handed to Restaurant365 "
        "as files over SFTP. A day can be sent again at any time and replaces what was there."
    )
    guide = GUIDE
    terms = TERMS
    data_sent = (
        _("Closed checks: number, time, service type, revenue center, tax, tip and number of guests"),
        _("Payments and discounts: kind, amount and time; never card numbers"),
        _("The id of the employee on the check"),
    )
    settings = (
        Setting(
            "host",
            SettingType.TEXT,
            _("Host"),
            help=_("The name of the SFTP server, such as sftp.example.com."),
            pattern=r"[A-Za-z0-9.:-]+",
            pattern_help=_("Enter the name alone, without sftp:// and without a folder."),
            max_length=253,
            host=True,
        ),
        Setting("port", SettingType.INTEGER, _("Port"), default=22, minimum=1, maximum=65535),
        Setting("username", SettingType.TEXT, _("Username"), max_length=100),
        Setting("password", SettingType.SECRET, _("Password"), max_length=500),
        Setting(
            "host_key",
            SettingType.TEXT,
            _("Host key"),
            help=_("One line as ssh-keyscan prints it. Know More says how to obtain it."),
            max_length=2000,
        ),
        Setting(
            "remote_dir",
            SettingType.TEXT,
            _("Folder"),
            help=_("Where the files go, such as /inbound."),
            default="/",
        ),
        Setting(
            "location_id",
            SettingType.TEXT,
            _("Location ID"),
            help=_("The store's id at Restaurant365; it is part of the files' names."),
            pattern=r"[A-Za-z0-9-]+",
            pattern_help=_("Use letters, digits and hyphens only."),
            max_length=50,
        ),
        Setting(
            "format",
            SettingType.SELECT,
            _("File format"),
            options=(Option("csv", _("CSV, separated by commas")), Option("txt", _("TXT, separated by tabs"))),
            default="csv",
        ),
    )
    actions = (
        Action(
            "export_day",
            _("Export a day"),
            _("Writes the files Sales and SalesPayments of a business day, and replaces those that are there."),
            Kind.EXPORT,
            items=_("files"),
            parameters=(days.DAY,),
            schedules=(Schedule.DAILY,),
            default_schedule=Schedule.DAILY,
            writes_elsewhere=True,
            confirm=_(
                "The two files of the day are written to your server, and those that are there are replaced. What Restaurant365 has imported "
                "already is not undone by it."
            ),
        ),
    )
    documentation_url = "https://docs.restaurant365.com/docs/pos-data-export-file-guide"

    def test_connection(self, values: Values, http: WayOut) -> ConnectionResult:
        try:
            with http.sftp(_account(values)) as server:
                count = len(server.names(str(values["remote_dir"])))
        except ProviderProblem as problem:
            return ConnectionResult(ok=False, message=problem.message)
        return ConnectionResult(
            ok=True,
            message=_("Connected. Files in the folder %(folder)s: %(count)d.")
            % {"folder": values["remote_dir"], "count": count},
        )

    def export_day(self, run: Run) -> None:
        """Both files of each day, whole, whatever an earlier run came to: writing one again changes nothing.

        The files of a day that cannot be written are items that failed; the other days are still sent.
        """
        found = _days(run)
        run.expect(len(KINDS) * len(found) if not run.only else len(run.only))
        if run.dry_run:
            for file in (file for day in found for file in _files(run, day)):
                run.item(
                    file.name, ItemOutcome.SKIPPED, _("Lines: %(count)d. Nothing was sent.") % {"count": file.lines}
                )
            return
        folder = str(run.values["remote_dir"])
        with run.sftp(_account(run.values)) as server:
            there = set(server.names(folder))
            for day in found:
                for file in _files(run, day):
                    run.checkpoint(run.cursor)
                    server.put(posixpath.join(folder, file.name), file.content)
                    outcome = ItemOutcome.UPDATED if file.name in there else ItemOutcome.CREATED
                    run.item(file.name, outcome, _("Lines: %(count)d.") % {"count": file.lines})
                days.handed_over(run, day)


def _account(values: Values) -> SftpAccount:
    return SftpAccount(
        host=str(values["host"]),
        username=str(values["username"]),
        password=str(values["password"]),
        host_key=str(values["host_key"]),
        port=int(str(values["port"])),
    )


def _days(run: Run) -> list[date]:
    return sorted({day_of(name) for name in run.only}) if run.only else days.wanted(run)


def _files(run: Run, day: date) -> list[DayFile]:
    """Those of the day that are wanted. Of a day whose amounts are not of one currency there are none, as a file has no column for it:
    they are counted as failed.
    """
    orders = list(run.orders_of(day))
    strange = days.foreign_currencies((order.order for order in orders if is_sale(order.order)), run.store)
    if strange:
        note = _(
            "Orders of %(day)s are in another currency than the store: %(strange)s. The files have no currency, so the day was not sent."
        ) % {"day": day.isoformat(), "strange": ", ".join(strange)}
        for name in names_of(run.values, day):
            if _is_wanted(run, name):
                run.item(name, ItemOutcome.FAILED, note, _("Enter this day at Restaurant365 by hand."))
        return []
    return [file for file in day_files(orders, run.values, run.store, day) if _is_wanted(run, file.name)]


def _is_wanted(run: Run, name: str) -> bool:
    return not run.only or name in run.only
