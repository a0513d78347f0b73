"""The guard against a second list made by others, and against every spelling of a private address we know."""

import random
from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from AntiSSRF import IPAddressRanges
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from backoffice.security.address_guard import (
    RefusedAddress,
    RefusedURL,
    URLProblem,
    check_address,
    check_url,
    parse_networks,
)

LOOPBACK = parse_networks(["127.0.0.0/8", "::1/128"])

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
    "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
    "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::200e", "2003::1",
    "::ffff:8.8.8.8",
]  # fmt: skip

REFUSED = [
    ("127.0.0.1", "loopback"), ("10.1.2.3", "private"), ("172.16.0.1", "private"), ("192.168.1.1", "private"),
    ("169.254.169.254", "link-local"), ("168.63.129.16", "cloud platform"), ("100.64.0.1", "shared carrier"),
    ("100.127.255.255", "shared carrier"), ("0.0.0.0", "unspecified"), ("0.1.2.3", "unspecified"),
    ("192.0.0.1", "protocol assignment"), ("192.88.99.1", "6to4 relay"), ("198.18.0.1", "benchmarking"),
    ("224.0.0.1", "multicast"), ("239.255.255.255", "multicast"), ("240.0.0.1", "reserved"), ("255.255.255.255", "broadcast"),
    ("::", "unspecified"), ("::1", "loopback"), ("::127.0.0.1", "IPv4-compatible"), ("::ffff:127.0.0.1", "loopback"),
    ("::ffff:10.0.0.1", "private"), ("::ffff:0:127.0.0.1", "IPv4-translated"), ("64:ff9b::7f00:1", "NAT64"),
    ("64:ff9b:1::1", "NAT64"), ("100::1", "discard-only"), ("2001::1", "Teredo"), ("2001:2::1", "protocol assignment"),
    ("2001:db8::1", "documentation"), ("2002:7f00:1::", "6to4"), ("3fff::1", "documentation"), ("5f00::1", "segment routing"),
    ("fc00::1", "private"), ("fd00:ec2::254", "private"), ("fe80::1", "link-local"), ("fec0::1", "site-local"),
    ("ff02::1", "multicast"), ("4000::1", "reserved"), ("e000::1", "reserved"), ("200::1", "reserved"),
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    check_address(ip_address(address), ())


@pytest.mark.parametrize(("address", "reason"), REFUSED)
def test_special_addresses_are_refused_with_their_kind(address: str, reason: str) -> None:
    with pytest.raises(RefusedAddress) as caught:
        check_address(ip_address(address), ())
    assert caught.value.reason == reason


@pytest.mark.parametrize("cidr", IPAddressRanges.recommended_latest)
def test_nothing_on_the_other_list_passes_ours(cidr: str) -> None:
    network = ip_network(cidr)
    chance = random.Random(cidr)
    samples = [0, network.num_addresses - 1, *(chance.randrange(network.num_addresses) for _ in range(20))]
    for offset in samples:
        with pytest.raises(RefusedAddress):
            check_address(network[offset], ())
        if network.version == 4:
            with pytest.raises(RefusedAddress):
                check_address(IPv6Address(f"::ffff:{network[offset]}"), ())


@given(st.ip_addresses(v=4))
def test_ipv4_mapped_is_judged_as_what_it_maps(address: object) -> None:
    def verdict(text: str) -> str:
        try:
            check_address(ip_address(text), LOOPBACK)
        except RefusedAddress as refused:
            return refused.reason
        return "passes"

    assert verdict(str(address)) == verdict(f"::ffff:{address}")


def test_open_networks_open_themselves_and_nothing_else() -> None:
    check_address(ip_address("127.8.9.1"), LOOPBACK)
    check_address(ip_address("::ffff:127.0.0.1"), LOOPBACK)
    check_address(ip_address("::1"), LOOPBACK)
    with pytest.raises(RefusedAddress):
        check_address(ip_address("10.0.0.1"), LOOPBACK)


@pytest.mark.parametrize("text", ["loopback", "127.0.0.1/8", "10.0.0.0/33", ""])
def test_setting_that_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="OUTBOUND_OPEN_NETWORKS"):
        parse_networks([text])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7F.0x0.0x0.0x1", "0177.0.0.1",
        "017700000001", "127.0.0.1.", "１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "0", "0x0", "localhost",
        "LOCALHOST", "localhost.", "hooks.localhost", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:7f00:1]",
        "[::ffff:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "169.254.169.254", "0xa9fea9fe", "2852039166",
        "10.0.0.1", "0xa.1", "012.0.0.1",
    ],
)  # fmt: skip
def test_private_host_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(RefusedURL) as caught:
        check_url(f"https://{host}/hooks", ())
    assert caught.value.problem is URLProblem.private


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", URLProblem.malformed),
        ("hooks.example.com/a", URLProblem.malformed),
        ("https://", URLProblem.malformed),
        ("https:///path", URLProblem.malformed),
        ("ftp://hooks.example.com/", URLProblem.malformed),
        ("file:///etc/passwd", URLProblem.malformed),
        ("javascript:alert(1)", URLProblem.malformed),
        ("https://hooks.example.com/\r\nX: y", URLProblem.malformed),
        ("https://hooks.example.com/a b", URLProblem.malformed),
        ("https://hooks.example.com\t/", URLProblem.malformed),
        ("https://hooks.example.com\\@127.0.0.1/", URLProblem.malformed),
        ("https://hooks.example.com/\x00", URLProblem.malformed),
        ("https://hooks..example.com/", URLProblem.malformed),
        ("https://-hooks.example.com/", URLProblem.malformed),
        ("https://hooks.example.com:https/", URLProblem.malformed),
        ("https://hooks.example.com:70000/", URLProblem.malformed),
        ("https://1.2.3.4.5/", URLProblem.malformed),
        ("https://256.1.1.1/", URLProblem.malformed),
        ("https://hooks.example.0x/", URLProblem.malformed),
        ("https://[::1/", URLProblem.malformed),
        ("https://[fe80::1%25eth0]/", URLProblem.malformed),
        ("https://[1.2.3.4]/", URLProblem.malformed),
        ("https://" + "a" * 64 + ".com/", URLProblem.malformed),
        ("https://hooks.example.com/" + "a" * 2048, URLProblem.malformed),
        ("https://hooks.example.com/" + "ü" * 400, URLProblem.malformed),
        ("https://hooks.example.com?" + "a" * 1974, URLProblem.malformed),
        ("https://straße.example/", URLProblem.malformed),
        ("https://STRAẞE.example/", URLProblem.malformed),
        ("https://νέος.example/", URLProblem.malformed),
        ("https://hooks\u200b.example.com/", URLProblem.malformed),
        ("https://ho\u00adoks.example.com/", URLProblem.malformed),
        ("https://user@hooks.example.com/", URLProblem.credentials),
        ("https://user:pass@hooks.example.com/", URLProblem.credentials),
        ("https://hooks.example.com@127.0.0.1/", URLProblem.credentials),
        ("https://hooks.example.com:0/", URLProblem.port),
        ("https://hooks.example.com:25/", URLProblem.port),
        ("https://hooks.example.com:6379/", URLProblem.port),
        ("http://hooks.example.com/", URLProblem.plain_http),
        ("http://8.8.8.8/", URLProblem.plain_http),
        ("https://intranet/", URLProblem.private),
    ],
)
def test_url_that_cannot_be_used_is_refused_with_its_problem(url: str, problem: URLProblem) -> None:
    with pytest.raises(RefusedURL) as caught:
        check_url(url, ())
    assert caught.value.problem is problem
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://hooks.example.com", "https://hooks.example.com/"),
        ("https://Hooks.Example.COM:443/a?b=c#d", "https://hooks.example.com/a?b=c"),
        ("https://hooks.example.com:8443/a%20b", "https://hooks.example.com:8443/a%20b"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://BÜCHER。example/", "https://xn--bcher-kva.example/"),
        ("https://xn--strae-oqa.example/", "https://xn--strae-oqa.example/"),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://hooks.example.com/" + "a" * 1974, "https://hooks.example.com/" + "a" * 1974),
        ("https://134744072/", "https://8.8.8.8/"),
        ("https://[2606:4700:0::1111]:8443/", "https://[2606:4700::1111]:8443/"),
        ("HTTPS://my_hooks.example.com./a/../b", "https://my_hooks.example.com/a/../b"),
    ],
)
def test_good_url_is_brought_into_one_spelling(url: str, called: str) -> None:
    assert check_url(url, ()).url == called
    assert check_url(called, ()).url == called


def test_plain_http_is_for_open_networks_alone() -> None:
    assert check_url("http://127.0.0.1:9000/a", LOOPBACK).port == 9000
    assert check_url("http://localhost:9000/a", LOOPBACK).host == "localhost"
    assert check_url("http://receiver:9000/a", LOOPBACK).scheme == "http"
    with pytest.raises(RefusedURL) as caught:
        check_url("http://8.8.8.8/a", LOOPBACK)
    assert caught.value.problem is URLProblem.plain_http


@given(st.text(max_size=80))
def test_any_text_is_judged_without_another_error(text: str) -> None:
    for url in (text, f"https://{text}", f"https://hooks.example.com/{text}"):
        try:
            checked = check_url(url, ())
        except RefusedURL:
            continue
        assert checked.url.isascii()
        assert checked.scheme == "https"
