"""`backoffice-listen`: forwards a store's order events to an address on this machine, signed as real webhooks are.

The API key is read from BACKOFFICE_API_KEY, or asked for; it needs the scope orders:read. Ends with 0 when stopped, 1 if with
--once a call was not answered with success, 2 for wrong arguments, 3 if the API refuses, 4 if it cannot be reached, 5 if the position cannot be kept.
"""

import argparse
import getpass
import os
import re
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from webhooks.delivery.signing import InvalidSecretError, decode_secret, generate_secret
from webhooks.listen import http
from webhooks.listen.api import Api, LaterError, RefusedError
from webhooks.listen.follow import Follower
from webhooks.listen.position import NotKeptError, Position, default_file, load, save

STOPPED, NOT_ALL_ANSWERED, REFUSED, UNREACHABLE, NOT_KEPT = 0, 1, 3, 4, 5
DEFAULT_API = "http://localhost:8000/api/v1"
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def main(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(options)
    except KeyboardInterrupt:
        _say("Stopped. The next start goes on from here.")
        return STOPPED
    except RefusedError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except NotKeptError as error:
        print(error, file=sys.stderr)
        return NOT_KEPT
    except LaterError as error:
        print(error, file=sys.stderr)
        return UNREACHABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backoffice-listen", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--forward-to", metavar="URL", required=True, type=_address, help="where each event is posted")
    parser.add_argument(
        "--api",
        metavar="URL",
        type=_address,
        default=os.environ.get("BACKOFFICE_API", DEFAULT_API),
        help=f"the developer API (BACKOFFICE_API, or {DEFAULT_API})",
    )
    parser.add_argument(
        "--types", metavar="TYPE,TYPE", type=_types, default=[], help="only these events, as order.closed"
    )
    parser.add_argument(
        "--since",
        metavar="TIME",
        type=_moment,
        help="start there instead of where the last run stopped: RFC 3339 with an offset, or 30m, 2h, 7d ago",
    )
    parser.add_argument("--store", metavar="CODE", default="", help="the store, with a key of an organization")
    parser.add_argument("--secret", type=_secret, help="sign with this secret instead of one made for this listener")
    parser.add_argument(
        "--state", metavar="FILE", type=Path, help="where the position is kept, instead of your state folder"
    )
    parser.add_argument("--once", action="store_true", help="forward what there is and end")
    return parser


def _run(options: argparse.Namespace) -> int:
    key = os.environ.get("BACKOFFICE_API_KEY", "").strip() or _ask()
    for name, text in (("API key", key), ("store's code", options.store)):
        if not (text.isascii() and text.isprintable()):
            raise RefusedError(f"The {name} holds characters that none has. Copy it again.")
    api = Api(options.api, key, store=options.store, user_agent="backoffice-listen/1")
    store = api.store()
    identity = (options.api, store["id"], options.forward_to, *sorted(options.types))
    file = options.state or default_file(*identity)
    position = load(file) or Position(secret=generate_secret(), since=_text(datetime.now(UTC)))
    if options.since:
        position.since, position.cursor, position.done = options.since, "", []
    position.secret = options.secret or position.secret
    save(file, position)
    _say(f"Following {store['name']} ({store['code']}) at {options.api}")
    _say(f"Forwarding to {options.forward_to}, signed with {position.secret}")
    follower = Follower(
        api, target=http.parse(options.forward_to), types=options.types, position=position, file=file, say=_say
    )
    if options.once:
        follower.catch_up()
        return NOT_ALL_ANSWERED if follower.failed else STOPPED
    follower.follow()
    return STOPPED


def _ask() -> str:
    if not sys.stdin.isatty():
        raise RefusedError("Put a developer API key with the scope orders:read into BACKOFFICE_API_KEY.")
    return getpass.getpass("Developer API key: ").strip()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    print(line, flush=True)


def _address(text: str) -> str:
    try:
        http.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _types(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _secret(text: str) -> str:
    try:
        decode_secret(text)
    except InvalidSecretError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _moment(text: str) -> str:
    """As the API takes it."""
    ago = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    if ago:
        return _text(datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
    try:
        when = datetime.fromisoformat(text)
        if when.tzinfo is not None:
            return _text(when)
    except (ValueError, OverflowError):
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is neither a time with an offset nor one like 30m, 2h or 7d.")


def _text(when: datetime) -> str:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    sys.exit(main())
