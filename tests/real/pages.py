"""The back office as one person uses it: pages fetched and forms sent over HTTP, with the cookies that they set."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html import unescape

from tests.real.vendure import Wrong

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_ERROR = re.compile(r'class="[^"]*(?:invalid-feedback|error-summary)[^"]*"[^>]*>(.*?)</(?:div|ul|section)>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came; `url` is where redirects led."""

    url: str
    status: int
    text: str

    @property
    def words(self) -> str:
        """What a person reads of it."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.text)).split())


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
        )

    def sign_in(self, email: str, password: str) -> None:
        page = self.send("/accounts/login/", login=email, password=password)
        if "/accounts/login" in page.url:
            raise Wrong(f"{email} could not sign in.")

    def open(self, path: str) -> Page:
        """Raises Wrong unless the page is there."""
        page = self._ask(urllib.request.Request(urllib.parse.urljoin(self._url, path)))
        if page.status != 200:
            raise Wrong(f"{path} answered {page.status}.")
        return page

    def send(self, path: str, **fields: str) -> Page:
        """Open the page with the form, fill it in and send it. Raises Wrong where it is refused, with the page's own words."""
        form = self.open(path)
        return self.post(path, form, **fields)

    def post(self, path: str, form: Page, **fields: str) -> Page:
        """Send fields to a path, with the token of the form on this page."""
        token = _TOKEN.search(form.text)
        if token is None:
            raise Wrong(f"{form.url} has no form.")
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token.group(1), **fields}).encode()
        page = self._ask(urllib.request.Request(urllib.parse.urljoin(self._url, path), body, {"Referer": form.url}))
        if page.status != 200:
            raise Wrong(f"{path} refused ({page.status}): {page.words[-1500:]}")
        return page

    def _ask(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Page(answer.url, answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Page(error.url or request.full_url, error.code, error.read().decode(errors="replace"))
