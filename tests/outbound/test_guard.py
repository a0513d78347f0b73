"""The guard stands at the address really connected to, whatever a name said before."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from backoffice.outbound.multiplexed import MultiplexedClient
from backoffice.outbound.one_shot import send
from backoffice.outbound.request import ErrorCode, OutboundRequest, OutboundResult
from backoffice.outbound.transfer import Transfer
from backoffice.security.address_guard import CheckedURL
from tests.outbound.conftest import LOOPBACK
from tests.outbound.server import Receiver

Drain = Callable[[MultiplexedClient[object]], dict[object, OutboundResult]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Answers for each name, one list of addresses a lookup; the last is given for ever."""
    answers: dict[str, list[list[str]]] = {}

    def getaddrinfo(host: str, *_arguments: object, **_options: object) -> list[Any]:
        if host not in answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        return [(family, 1, 6, "", (address, 0)) for family, address in zip(families, addresses, strict=True)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return answers


def https(receiver: Receiver, host: str) -> OutboundRequest:
    return OutboundRequest(f"https://{host}:{receiver.port}/ok", timeout_seconds=3)


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "::1", "0.0.0.0", "10.0.0.1", "169.254.169.254"])
def test_name_that_leads_inside_is_refused(receiver: Receiver, names: dict[str, list[list[str]]], address: str) -> None:
    names["hooks.test"] = [[address]]
    result = send(https(receiver, "hooks.test"), open_networks=[])
    assert result.error is ErrorCode.refused_address
    assert "not a public internet address" in result.error_detail
    assert result.remote_address == ""
    assert receiver.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
def test_literal_is_refused_in_any_spelling(receiver: Receiver, host: str) -> None:
    result = send(https(receiver, host), open_networks=[])
    assert result.error is ErrorCode.refused_address
    assert receiver.connections == 0


def test_name_that_is_rebound_after_it_was_checked_is_refused(
    receiver: Receiver, names: dict[str, list[list[str]]]
) -> None:
    """Even if curl is handed another address than the one looked up, the guard sees what is connected to."""
    transfer = Transfer(())
    target = CheckedURL(f"https://hooks.test:{receiver.port}/ok", "https", "hooks.test", receiver.port, None)
    transfer.prepare(OutboundRequest(target.url, timeout_seconds=3), target)
    transfer.give_addresses(f"hooks.test:{receiver.port}:127.0.0.1")
    with pytest.raises(Exception, match="connect") as caught:
        transfer.curl.perform()
    result = transfer.result(*caught.value.args)
    transfer.curl.close()
    assert result.error is ErrorCode.refused_address
    assert receiver.connections == 0


def test_name_that_changes_between_calls_is_looked_up_anew_and_refused(
    secure_receiver: Receiver,
    names: dict[str, list[list[str]]],
    certificate: object,
    drain: Drain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """First the opened address, then, with the kept answer expired and the connection gone, one that is not open."""
    monkeypatch.setattr("backoffice.outbound.resolver.KEPT_SECONDS", 0.0)
    names["hooks.test"] = [["127.0.0.1"], ["127.0.0.2"]]
    with MultiplexedClient[object](open_networks=["127.0.0.1/32"], ca_file=str(certificate)) as client:
        client.submit("before", https(secure_receiver, "hooks.test"))
        assert drain(client)["before"].status == 200
        secure_receiver.stop()
        client.submit("ends the kept connection", https(secure_receiver, "hooks.test"))
        drain(client)
        client.submit("after", https(secure_receiver, "hooks.test"))
        after = drain(client)["after"]
    assert after.error is ErrorCode.refused_address
    assert "127.0.0.2" in after.error_detail


def test_public_address_beside_a_private_one_is_the_one_used(
    secure_receiver: Receiver, names: dict[str, list[list[str]]], certificate: object
) -> None:
    names["hooks.test"] = [["10.0.0.1", "127.0.0.1"]]
    result = send(https(secure_receiver, "hooks.test"), open_networks=["127.0.0.1/32"], ca_file=str(certificate))
    assert (result.status, result.error, result.remote_address) == (200, None, "127.0.0.1")


def test_opened_network_is_reached_by_plain_http(receiver: Receiver, names: dict[str, list[list[str]]]) -> None:
    names["receiver"] = [["127.0.0.1"]]
    result = send(OutboundRequest(receiver.url("/ok", host="receiver")), open_networks=LOOPBACK)
    assert (result.status, result.error) == (200, None)
    assert receiver.received[0].header("Host") == f"receiver:{receiver.port}"


def test_plain_http_to_a_public_address_is_refused_at_the_connection(names: dict[str, list[list[str]]]) -> None:
    names["hooks.test"] = [["8.8.8.8"]]
    result = send(OutboundRequest("http://hooks.test/ok", timeout_seconds=3), open_networks=LOOPBACK)
    assert result.error is ErrorCode.refused_address
    assert "https" in result.error_detail


def test_unknown_name(names: dict[str, list[list[str]]]) -> None:
    result = send(OutboundRequest("https://nowhere.test/"), open_networks=[])
    assert result.error is ErrorCode.dns
    assert "Name or service not known" in result.error_detail


def test_without_an_argument_the_settings_decide(receiver: Receiver, settings: Any) -> None:
    settings.OUTBOUND_OPEN_NETWORKS = []
    assert send(OutboundRequest(receiver.url("/ok"))).error is ErrorCode.refused_address
    settings.OUTBOUND_OPEN_NETWORKS = LOOPBACK
    assert send(OutboundRequest(receiver.url("/ok"))).status == 200


def test_running_out_of_descriptors_fails_the_call_alone(
    receiver: Receiver, client: MultiplexedClient[object], drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more(*_arguments: object) -> socket.socket:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as broken:
        broken.setattr("backoffice.outbound.transfer.socket.socket", no_more)
        client.submit("starved", OutboundRequest(receiver.url("/ok")))
        starved = drain(client)["starved"]
    assert starved.error is ErrorCode.connect
    assert "Too many open files" in starved.error_detail
    client.submit("later", OutboundRequest(receiver.url("/ok")))
    assert drain(client)["later"].status == 200
