"""The calls that providers make: guarded, paced, and patient with a service that is busy."""

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from django.utils.translation import gettext as _

from backoffice.outbound.one_shot import send
from backoffice.outbound.request import ErrorCode, OutboundRequest, OutboundResult, explain
from backoffice.outbound.sftp import STEP_SECONDS
from integrations.contract import Answer, Call, NeedsAttention, Sftp, SftpAccount, TryLater
from integrations.provider_files import open_sftp

BODY_LIMIT: Final = 20 * 1024 * 1024
TRIES: Final = 4
_BUSY = frozenset({429, 503})
#: What a person must mend; everything else may pass by itself.
_PERMANENT = frozenset({ErrorCode.refused_address, ErrorCode.invalid_request, ErrorCode.tls})
_USER_AGENT = ("user-agent", "Backoffice-Hub/1")


class ProviderHttp:
    """The contract's `WayOut`, for one integration.

    `patience` is how many seconds one call may be waited for between its tries, 0 where a person waits for the page.
    `within` is how many seconds all calls together may take. `requests_per_minute` spaces the calls out, 0 not at all. `sleep` may
    end the wait early by raising, for a run that is cancelled.
    """

    def __init__(
        self,
        *,
        requests_per_minute: int = 0,
        patience: float = 60,
        within: float = math.inf,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gap = 60 / requests_per_minute if requests_per_minute else 0.0
        self._patience = patience
        self._sleep = sleep
        self._clock = clock
        self._next = 0.0
        self._until = clock() + within

    def send(self, call: Call) -> Answer:
        """The answer, whatever its status. Raises TryLater for a service that stays out of reach or busy, NeedsAttention for a wrong address."""
        waited = 0.0
        for tried in range(1, TRIES + 1):
            self._pace()
            result = send(_request(call, min(call.timeout_seconds, self._left())))
            if result.error in _PERMANENT:
                raise NeedsAttention(result.error_detail or explain(result.error))
            if result.error is None and result.status is not None and result.status not in _BUSY:
                return _answer(result, result.status)
            wait = max(retry_after(result.headers, datetime.now(UTC)), float(2**tried))
            waited += wait
            if tried == TRIES or waited > self._patience:
                raise TryLater(_reason(result), int(wait))
            self._sleep(wait)
        raise AssertionError("unreachable")

    def sftp(self, account: SftpAccount) -> AbstractContextManager[Sftp]:
        """A connection to a file server, closed at the end of the block; its limits on time are its own."""
        return open_sftp(account, step_seconds=min(STEP_SECONDS, self._left()))

    def _left(self) -> float:
        """The seconds that are left for everything. Raises TryLater where none are."""
        left = self._until - self._clock()
        if left <= 0:
            raise TryLater(_("The service took too long to answer."))
        return left

    def _pace(self) -> None:
        now = self._clock()
        if self._gap and self._next > now:
            self._sleep(self._next - now)
            now = self._next
        self._next = now + self._gap


def retry_after(headers: tuple[tuple[str, str], ...], now: datetime) -> float:
    """The seconds that a Retry-After header asks to wait, given as a number or as a date (RFC 9110, 10.2.3); 0 without one."""
    for name, value in headers:
        if name.lower() != "retry-after":
            continue
        if value.isdecimal():
            return float(value)
        try:
            return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
        except (ValueError, TypeError):
            return 0.0
    return 0.0


def _request(call: Call, seconds: float) -> OutboundRequest:
    return OutboundRequest(
        url=call.url,
        method=call.method,
        headers=(_USER_AGENT, *call.headers),
        body=call.body,
        timeout_seconds=seconds,
        body_limit=BODY_LIMIT,
    )


def _answer(result: OutboundResult, status: int) -> Answer:
    return Answer(status, {name.lower(): value for name, value in result.headers}, result.body)


def _reason(result: OutboundResult) -> str:
    if result.status == 429:
        return _("The service asks for a pause: too many calls were made to it (status 429).")
    if result.status is not None and result.error is None:
        return _("The service is not available at the moment (status %(status)d).") % {"status": result.status}
    if result.error is None:
        return _("The service did not answer.")
    return result.error_detail or explain(result.error)
