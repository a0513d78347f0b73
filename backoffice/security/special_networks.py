"""The networks no customer's URL may reach: a list of our own, because Python 3.11's `ipaddress` misses several."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

Network = IPv4Network | IPv6Network


class SpecialNetwork(NamedTuple):
    """A network that is not the public internet, and what it is, in the words an error shows."""

    network: Network
    what: str


def _special(cidr: str, what: str) -> SpecialNetwork:
    return SpecialNetwork(ip_network(cidr), what)


# The first match gives the reason, so narrow networks stand before the wide ones around them.
SPECIAL_NETWORKS: tuple[SpecialNetwork, ...] = (
    _special("0.0.0.0/8", "unspecified"),
    _special("10.0.0.0/8", "private"),
    _special("100.64.0.0/10", "shared carrier"),
    _special("127.0.0.0/8", "loopback"),
    _special("168.63.129.16/32", "cloud platform"),
    _special("169.254.0.0/16", "link-local"),
    _special("172.16.0.0/12", "private"),
    _special("192.0.0.0/24", "protocol assignment"),
    _special("192.0.2.0/24", "documentation"),
    _special("192.31.196.0/24", "DNS sink"),
    _special("192.52.193.0/24", "multicast relay"),
    _special("192.88.99.0/24", "6to4 relay"),
    _special("192.168.0.0/16", "private"),
    _special("192.175.48.0/24", "DNS sink"),
    _special("198.18.0.0/15", "benchmarking"),
    _special("198.51.100.0/24", "documentation"),
    _special("203.0.113.0/24", "documentation"),
    _special("224.0.0.0/4", "multicast"),
    _special("255.255.255.255/32", "broadcast"),
    _special("240.0.0.0/4", "reserved"),
    _special("::/128", "unspecified"),
    _special("::1/128", "loopback"),
    _special("::/96", "IPv4-compatible"),
    _special("::ffff:0:0/96", "IPv4-mapped"),
    _special("::ffff:0:0:0/96", "IPv4-translated"),
    _special("64:ff9b::/96", "NAT64"),
    _special("64:ff9b:1::/48", "NAT64"),
    _special("100::/64", "discard-only"),
    _special("100:0:0:1::/64", "dummy"),
    _special("2001::/32", "Teredo"),
    _special("2001::/23", "protocol assignment"),
    _special("2001:db8::/32", "documentation"),
    _special("2002::/16", "6to4"),
    _special("2620:4f:8000::/48", "DNS sink"),
    _special("3fff::/20", "documentation"),
    _special("5f00::/16", "segment routing"),
    _special("fc00::/7", "private"),
    _special("fe80::/10", "link-local"),
    _special("fec0::/10", "site-local"),
    _special("ff00::/8", "multicast"),
    # Only 2000::/3 has been given out as public IPv6 space; these three are all the rest.
    _special("::/3", "reserved"),
    _special("4000::/2", "reserved"),
    _special("8000::/1", "reserved"),
)
