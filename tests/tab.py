"""A browser tab that remembers what the browser complained of, and what axe and the eye object to on a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@dataclass
class Tab:
    """A page and what its browser complained of; policy violations are console errors too."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


def open_tab(context: BrowserContext, base: str) -> Tab:
    tab = Tab(context.new_page(), base)
    tab.page.on("console", tab.heard)
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    return tab


def violations(page: Page, *, rules: Sequence[str] = (), preload: bool = True) -> list[str]:
    """What axe finds against WCAG A and AA, or against these `rules` alone.

    To `preload`, axe fetches the stylesheets that others import and tries them as inline styles, which the policy refuses aloud.
    """
    asked = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else RULES
    found = Axe().run(page, options={**asked, "preload": preload}).response["violations"]
    return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


# An address may be cut, with dots: it is told by its beginning. So may names that customers gave, which have any length.
CUT_OPTIONS = """
[...document.querySelectorAll("select:not([multiple])")]
  .filter((select) => select.offsetParent && !["endpoint", "group"].includes(select.name)).flatMap((select) => {
  const style = getComputedStyle(select);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return [...select.options].map((option) => option.text.trim())
    .filter((text) => !text.includes("://") && pen.measureText(text).width > room)
    .map((text) => `${select.name}: "${text}" is cut`);
})
"""


def objections(tab: Tab, *, width: int) -> list[str]:
    """What axe and a viewport of `width` px object to on the open page."""
    found = violations(tab.page)
    if tab.page.evaluate("document.documentElement.scrollWidth") > width:
        found.append("scrolls sideways")
    found.extend(tab.page.evaluate(CUT_OPTIONS))
    return found
