"""Receivers and clients for the outbound tests."""

import datetime
import ssl
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backoffice.outbound.multiplexed import MultiplexedClient
from backoffice.outbound.request import OutboundResult
from tests.outbound.server import Receiver

LOOPBACK = ["127.0.0.0/8", "::1/128"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    yield server
    server.stop()


@pytest.fixture
def client() -> Iterator[MultiplexedClient[object]]:
    with MultiplexedClient[object](open_networks=LOOPBACK) as made:
        yield made


@pytest.fixture
def drain() -> Callable[[MultiplexedClient[object]], dict[object, OutboundResult]]:
    """Poll until nothing is in flight; a token that comes twice, or an endless call, fails the test."""

    def collect(client: MultiplexedClient[object], seconds: float = 20) -> dict[object, OutboundResult]:
        results: dict[object, OutboundResult] = {}
        deadline = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
        while client.in_flight:
            assert datetime.datetime.now(datetime.UTC) < deadline
            for token, result in client.poll(0.5):
                assert token not in results
                results[token] = result
        assert client.poll(0) == []
        return results

    return collect


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and hooks.test that is its own authority, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("hooks.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "receiver.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@pytest.fixture
def secure_receiver(certificate: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Receiver(tls=context)
    yield server
    server.stop()
