"""OAuth 1.0a: the examples of RFC 5849, and oauthlib as a judge that no one here wrote."""

import re
from urllib.parse import quote, unquote

from hypothesis import given
from hypothesis import strategies as st
from oauthlib.oauth1 import Client

from integrations.providers.magento_2.oauth import Credentials, authorization, base_string, signature

RFC = Credentials("dpf43f3p2l4k3l03", "kd94hf93k423kf44", "nnch734d00sl2jdk", "pfkkdhi9sl3r4s00")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def signed_by(header: str) -> str:
    found = re.search(r'oauth_signature="([^"]+)"', header)
    assert found
    return unquote(found[1])


def test_the_base_string_of_the_rfc() -> None:
    """Section 3.4.1.1, whose form body comes besides the query."""
    parameters = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"), ("oauth_token", "kkk9d7dh3k39sjv7"), ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"), ("oauth_nonce", "7d8f3e4a"), ("c2", ""), ("a3", "2 q"),
    ]  # fmt: skip
    assert base_string("post", "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", parameters) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26"
        "oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26"
        "oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


def test_the_signature_of_the_rfc() -> None:
    """Section 1.2, the call for the photo, which carries no oauth_version."""
    parameters = [
        ("oauth_consumer_key", RFC.consumer_key), ("oauth_token", RFC.token), ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131202"), ("oauth_nonce", "chapoH"),
    ]  # fmt: skip
    base = base_string("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", parameters)
    assert signature(base, RFC, "HMAC-SHA1") == "MdpQcU8iPSUjWoN/UDMsK2sui9I="


@given(st.lists(st.tuples(st.text("abc[]_09", min_size=1, max_size=12), TEXT), max_size=6), TEXT, TEXT, TEXT)
def test_oauthlib_agrees(query: list[tuple[str, str]], key: str, secret: str, token_secret: str) -> None:
    url = "https://shop.example.com:8443/rest/default/V1/orders"
    if query:
        url += "?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
    ours = authorization("GET", url, Credentials(key, secret, "tok", token_secret), timestamp=1772600000, nonce="n0nce")
    client = Client(
        key, secret, "tok", token_secret, signature_method="HMAC-SHA256", timestamp="1772600000", nonce="n0nce"
    )
    _url, headers, _body = client.sign(url)
    assert signed_by(ours) == signed_by(headers["Authorization"])


def test_secrets_are_not_shown() -> None:
    assert "kd94" not in repr(RFC)
    assert "pfkk" not in repr(RFC)
