"""Many outbound calls at once in one thread, over kept-alive connections."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Generic, TypeVar

import pycurl
from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.outbound.failures import refused_url
from backoffice.outbound.readiness import BROKEN, READ, WRITE, Readiness
from backoffice.outbound.request import ErrorCode, OutboundRequest, OutboundResult, Timings
from backoffice.outbound.resolver import Lookup, Resolver
from backoffice.outbound.transfer import InvalidRequestError, Transfer
from backoffice.security.address_guard import CheckedURL, RefusedURL, check_url, parse_networks

Token = TypeVar("Token")

IDLE_HANDLES = 256
CONNECTIONS_KEPT = 1024
URLS_REMEMBERED = 8192

_MASKS = {pycurl.POLL_IN: READ, pycurl.POLL_OUT: WRITE, pycurl.POLL_IN | pycurl.POLL_OUT: READ | WRITE}


@dataclass(slots=True)
class _Call(Generic[Token]):
    token: Token
    request: OutboundRequest
    target: CheckedURL
    transfer: Transfer


class MultiplexedClient(Generic[Token]):
    """Submit calls under tokens of the caller's, and poll for results: each token comes back exactly once.

    Nothing raises for what a request holds or a receiver does; a call that cannot be made comes back as a result too.
    For one thread of one process: curl's state does not survive a fork, so make it (or first use it) after forking.
    The open networks are fixed for its life, since a kept-alive connection is vetted only when it is made.
    """

    def __init__(self, *, open_networks: Sequence[str] | None = None, ca_file: str | None = None) -> None:
        """`open_networks` are CIDRs, those of the settings if not given; `ca_file` replaces the system's authorities."""
        self._open_networks = parse_networks(
            settings.OUTBOUND_OPEN_NETWORKS if open_networks is None else open_networks
        )
        self._ca_file = ca_file
        self._process = 0
        self._closed = False
        self._ready: list[tuple[Token, OutboundResult]] = []
        self._calls: dict[pycurl.Curl, _Call[Token]] = {}
        self._looking_up: dict[str, list[_Call[Token]]] = {}
        self._waiting = 0
        self._idle: list[Transfer] = []
        self._checked: dict[str, CheckedURL | RefusedURL] = {}
        self._resolved: dict[tuple[str, int], int] = {}
        self._curl_deadline: float | None = None

    @property
    def in_flight(self) -> int:
        """Calls submitted whose results `poll` has not returned yet."""
        return len(self._calls) + self._waiting + len(self._ready)

    def submit(self, token: Token, request: OutboundRequest) -> None:
        """Start a call; its result comes from a later `poll`, also when the request is invalid."""
        self._open()
        transfer: Transfer | None = None
        try:
            target = self._check(request.url)
            transfer = self._idle.pop() if self._idle else Transfer(self._open_networks, self._ca_file)
            transfer.prepare(request, target)
        except RefusedURL as refused:
            self._fail(token, *refused_url(refused))
            return
        except (InvalidRequestError, pycurl.error, UnicodeError, TypeError, ValueError, OverflowError) as error:
            self._fail(token, ErrorCode.invalid_request, str(error))
            if transfer is not None:
                transfer.curl.close()
            return
        call = _Call(token, request, target, transfer)
        if target.literal is not None:
            self._start(call)
            return
        known = self._resolver.lookup(target.host)
        if known is None:
            self._looking_up.setdefault(target.host, []).append(call)
            self._waiting += 1
        else:
            self._start_resolved(call, known)

    def poll(self, timeout_seconds: float, wake_fds: Iterable[int] = ()) -> list[tuple[Token, OutboundResult]]:
        """Results that have come in; waits up to `timeout_seconds` for the first, or until a wake fd is readable.

        Curl's sockets and `wake_fds` are waited on together, so a notification from the database is never late. An
        empty list means that the time is up or a wake fd is readable.
        """
        self._open()
        until = monotonic() + timeout_seconds
        wake = frozenset(wake_fds)
        for descriptor in wake:
            self._readiness.watch(descriptor, READ)
        try:
            while True:
                woken = self._wait(0 if self._ready else until - monotonic(), wake)
                self._collect()
                if self._ready or woken or monotonic() >= until:
                    break
        finally:
            for descriptor in wake:
                self._readiness.unwatch(descriptor)
        ready, self._ready = self._ready, []
        return ready

    def close(self) -> None:
        """Drop what is in flight, unanswered, and close every connection. The client cannot be used again."""
        if self._closed:
            return
        self._closed = True
        if self._process != os.getpid():
            return
        for call in self._calls.values():
            self._multi.remove_handle(call.transfer.curl)
            call.transfer.curl.close()
        waiting = [call.transfer for calls in self._looking_up.values() for call in calls]
        for transfer in [*self._idle, *waiting]:
            transfer.curl.close()
        self._calls, self._looking_up, self._idle, self._ready, self._waiting = {}, {}, [], [], 0
        self._multi.close()
        self._resolver.close()
        self._readiness.close()

    def __enter__(self) -> "MultiplexedClient[Token]":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _open(self) -> None:
        process = os.getpid()
        if self._process == process and not self._closed:
            return
        if self._closed or self._process:
            raise RuntimeError("This client is closed, or was made before the process forked. Make a new one.")
        self._process = process
        self._readiness = Readiness()
        self._resolver = Resolver()
        self._readiness.watch(self._resolver.wake_fd, READ)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._socket_changed)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._timer_changed)
        self._multi.setopt(pycurl.M_MAXCONNECTS, CONNECTIONS_KEPT)

    def _check(self, url: str) -> CheckedURL:
        known = self._checked.get(url)
        if known is None:
            if len(self._checked) >= URLS_REMEMBERED:
                self._checked.clear()
            try:
                known = check_url(url, self._open_networks)
            except RefusedURL as refused:
                known = refused
            self._checked[url] = known
        if isinstance(known, RefusedURL):
            raise known
        return known

    def _start_resolved(self, call: _Call[Token], lookup: Lookup) -> None:
        """Curl keeps an address list given once for all calls to that host and port, so it is given only when new."""
        if not lookup.addresses:
            detail = _("The host name could not be looked up: %(reason)s.") % {"reason": lookup.failure}
            self._finish(call, call.transfer.failed(ErrorCode.dns, detail))
            return
        place = (call.target.host, call.target.port)
        if self._resolved.get(place) != lookup.serial:
            self._resolved[place] = lookup.serial
            addresses = ",".join(f"[{each}]" if ":" in each else each for each in lookup.addresses)
            call.transfer.give_addresses(f"{place[0]}:{place[1]}:{addresses}")
        self._start(call)

    def _start(self, call: _Call[Token]) -> None:
        try:
            self._multi.add_handle(call.transfer.curl)
        except pycurl.error as error:
            self._ready.append((call.token, call.transfer.failed(ErrorCode.protocol, str(error))))
            call.transfer.curl.close()
            return
        self._calls[call.transfer.curl] = call

    def _finish(self, call: _Call[Token], result: OutboundResult) -> None:
        self._ready.append((call.token, result))
        if len(self._idle) < IDLE_HANDLES:
            self._idle.append(call.transfer)
        else:
            call.transfer.curl.close()

    def _fail(self, token: Token, error: ErrorCode, detail: str) -> None:
        self._ready.append((token, OutboundResult(None, (), b"", error, detail, "", datetime.now(UTC), Timings())))

    def _wait(self, seconds: float, wake: frozenset[int]) -> bool:
        """Wait for any descriptor or curl's own timer, let curl act; true if a wake fd is readable."""
        now = monotonic()
        if self._curl_deadline is not None:
            seconds = min(seconds, self._curl_deadline - now)
        if self._waiting:
            seconds = min(seconds, self._expire_lookups(now))
        seconds = max(seconds, 0)
        woken = False
        for descriptor, happened in self._readiness.wait(seconds):
            if descriptor in wake:
                woken = True
            elif descriptor == self._resolver.wake_fd:
                self._take_lookups()
            else:
                action = pycurl.CSELECT_IN if happened & READ else 0
                if happened & WRITE:
                    action |= pycurl.CSELECT_OUT
                if happened & BROKEN:
                    action |= pycurl.CSELECT_ERR
                self._multi.socket_action(descriptor, action)
        if self._curl_deadline is not None and self._curl_deadline <= monotonic():
            self._curl_deadline = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return woken

    def _take_lookups(self) -> None:
        for lookup in self._resolver.finished():
            calls = self._looking_up.pop(lookup.host, [])
            self._waiting -= len(calls)
            for call in calls:
                call.transfer.take_off_waited(call.request)
                self._start_resolved(call, lookup)

    def _expire_lookups(self, now: float) -> float:
        """End the calls whose lookup has taken all of the time to connect; seconds until the next one is due."""
        soonest = float("inf")
        for host in list(self._looking_up):
            staying = []
            for call in self._looking_up[host]:
                left = call.transfer.lookup_deadline(call.request) - now
                if left > 0:
                    soonest = min(soonest, left)
                    staying.append(call)
                else:
                    detail = _("The host name's lookup did not end in time.")
                    self._waiting -= 1
                    self._finish(call, call.transfer.failed(ErrorCode.timeout, detail))
            if staying:
                self._looking_up[host] = staying
            else:
                del self._looking_up[host]
        return 0 if self._ready else soonest

    def _collect(self) -> None:
        if not self._calls:
            return
        queued = 1
        while queued:
            queued, succeeded, failed = self._multi.info_read()
            for curl in succeeded:
                self._end(curl, 0, "")
            for curl, number, message in failed:
                self._end(curl, number, message)

    def _end(self, curl: pycurl.Curl, number: int, message: str) -> None:
        call = self._calls.pop(curl)
        result = call.transfer.result(number, message)
        self._multi.remove_handle(curl)
        self._finish(call, result)

    def _socket_changed(self, event: int, descriptor: int, _multi: object, _data: object) -> None:
        if self._closed:
            return
        if event == pycurl.POLL_REMOVE:
            self._readiness.unwatch(descriptor)
        else:
            self._readiness.watch(descriptor, _MASKS[event])

    def _timer_changed(self, milliseconds: int) -> None:
        self._curl_deadline = None if milliseconds < 0 else monotonic() + milliseconds / 1000
