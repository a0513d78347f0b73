"""Every component in a real browser: axe, console, policy, width, keyboard, and the small scripts."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.accounts import UserFactory
from tests.tab import Tab, objections, open_tab, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("gallery")]
INSIDE = ["/gallery/?toast=1", "/gallery/form/", "/accounts/password/change/", "/accounts/email/", "/accounts/logout/"]
OUTSIDE = ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"]
ERRORS = ["/gallery/error/403/", "/gallery/error/409/", "/gallery/error/500/"]


def _sign_in(context: BrowserContext, base: str) -> None:
    client = Client()
    client.force_login(UserFactory.create(email="mia@example.com"))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def tab(context: BrowserContext, live_server: LiveServer) -> Iterator[Tab]:
    """Signed in; fails the test if the browser complained."""
    _sign_in(context, live_server.url)
    tab = open_tab(context, live_server.url)
    yield tab
    assert tab.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_accessible_and_narrow(browser: Browser, live_server: LiveServer, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    tab = open_tab(context, live_server.url)
    problems = {}
    for path in [*OUTSIDE, *INSIDE, *ERRORS]:
        if path == INSIDE[0]:
            _sign_in(context, live_server.url)
        tab.go(path)
        found = objections(tab, width=width)
        if path not in ERRORS:
            found += tab.complaints
        tab.complaints.clear()
        if found:
            problems[path] = found
    context.close()
    assert problems == {}


def test_follows_the_system_theme_without_script(browser: Browser, live_server: LiveServer) -> None:
    colors = set()
    for scheme in ("light", "dark"):
        context = browser.new_context(java_script_enabled=False, color_scheme=scheme)
        page = context.new_page()
        page.goto(live_server.url + "/accounts/login/")
        colors.add(page.locator("body").evaluate("element => getComputedStyle(element).backgroundColor"))
        context.close()
    assert len(colors) == 2


def test_menus_and_theme_work_without_script(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    _sign_in(context, live_server.url)
    page = context.new_page()
    page.goto(live_server.url + "/gallery/")
    page.locator(".switcher summary").click()
    expect(page.get_by_role("link", name="Kite Retail")).to_be_visible()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.url.endswith("/gallery/")
    context.close()


def test_theme_changes_without_reload(tab: Tab) -> None:
    tab.go("/gallery/form/")
    tab.page.get_by_label("Name").first.fill("typed")
    tab.page.locator(".user-menu summary").click()
    with tab.page.expect_response("**/theme"):
        tab.page.get_by_role("button", name="Dark").click()
    expect(tab.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(tab.page.get_by_label("Name").first).to_have_value("typed")


def test_keyboard_skips_to_content_and_closes_menus(tab: Tab) -> None:
    tab.go("/gallery/")
    tab.page.keyboard.press("Tab")
    expect(tab.page.get_by_role("link", name="Skip to content")).to_be_focused()
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("#main")).to_be_focused()
    summary = tab.page.locator(".switcher summary")
    summary.focus()
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator(".switcher")).to_have_attribute("open", "")
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".switcher")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_dialog_by_keyboard(tab: Tab) -> None:
    tab.go("/gallery/")
    opener = tab.page.get_by_role("link", name="Delete Custom webhook")
    dialog = tab.page.get_by_role("dialog", name="Delete Custom webhook?")
    opener.focus()
    tab.page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert violations(tab.page) == []
    tab.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()


def test_toasts_of_a_fragment_are_text_and_at_most_three(tab: Tab) -> None:
    tab.go("/gallery/")
    for _ in range(3):
        with tab.page.expect_response("**/toast/"):
            tab.page.get_by_role("button", name="Toasts").click()
    expect(tab.page.locator("[data-notice]")).to_have_count(3)
    expect(
        tab.page.locator("[data-notices] [role=alert]").get_by_text("The key expires tomorrow.").first
    ).to_be_visible()
    expect(tab.page.locator("[data-notice] b")).to_have_count(0)
    tab.page.get_by_role("button", name="Close this message").first.click()
    expect(tab.page.locator("[data-notice]")).to_have_count(2)


def test_failed_request_keeps_the_page_and_offers_retry(tab: Tab) -> None:
    tab.go("/gallery/")
    tab.page.get_by_role("button", name="Fail").click()
    notice = tab.page.locator("[data-notice=error]")
    expect(notice).to_contain_text(re.compile(r"Nothing on this page was lost.*Request [0-9a-f]{32}"))
    with tab.page.expect_response("**/error/500/") as answer:
        notice.get_by_role("button", name="Retry").click()
    assert answer.value.status == 500
    expect(tab.page.locator("h1")).to_have_text("Current Integrations")
    tab.complaints = [text for text in tab.complaints if "500" not in text]


def test_ended_session_leads_to_the_login_page(tab: Tab, context: BrowserContext) -> None:
    tab.go("/gallery/?q=here")
    context.clear_cookies()
    tab.page.get_by_role("button", name="Private").click()
    tab.page.wait_for_url("**/accounts/login/?next=/gallery/%3Fq%3Dhere")
    expect(tab.page.locator("h1")).to_have_text("Sign in")


def test_copy_says_so_and_falls_back_to_selecting(tab: Tab, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.go("/gallery/")
    button = tab.page.locator("[data-copy]")
    button.click()
    expect(button).to_contain_text("Copied")
    assert '"order.closed"' in tab.page.evaluate("navigator.clipboard.readText()")
    tab.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied')); }")
    button.click()
    expect(button).to_contain_text("Selected: press Ctrl+C")
    assert '"order.closed"' in tab.page.evaluate("getSelection().toString()")


def test_unsaved_changes_are_named_discarded_and_guarded(tab: Tab) -> None:
    tab.go("/gallery/form/")
    bar = tab.page.locator("[data-save-bar]")
    expect(bar).to_be_hidden()
    name = tab.page.locator("#id_name")
    name.fill("Another name")
    expect(bar).to_contain_text("Unsaved changes Name")
    bar.get_by_role("button", name="Discard").click()
    expect(bar).to_be_hidden()
    expect(name).to_have_value("Corner Deli")
    name.fill("Another name")
    tab.page.get_by_role("link", name="License", exact=True).click()
    dialog = tab.page.get_by_role("dialog", name="Leave without saving?")
    expect(dialog.get_by_role("button", name="Stay on this page")).to_be_focused()
    dialog.get_by_role("button", name="Stay on this page").click()
    expect(name).to_have_value("Another name")
    tab.page.get_by_role("link", name="License", exact=True).click()
    dialog.get_by_role("button", name="Leave without saving").click()
    tab.page.wait_for_url("**/gallery/")


def test_save_bar_never_covers_the_focused_field(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 360, "height": 500})
    tab.go("/gallery/form/")
    _wait_until_scrolling_rests(tab.page)
    tab.page.locator("#id_name").fill("Another name")
    bar = tab.page.locator("[data-save-bar]")
    for control in ("#id_notes", "#id_quantity", "#id_bad_bad-notes"):
        _wait_until_scrolling_rests(tab.page)
        tab.page.locator(control).focus()
        _wait_until_scrolling_rests(tab.page)
        assert _is_clear_of(tab.page.locator(control), bar), control


def _wait_until_scrolling_rests(page: Page) -> None:
    """Wait for twenty frames in one place: Chromium glides to what is focused, and a glide overtaken by another focus ends anywhere."""
    page.evaluate(
        """async () => {
            for (let frames = 0, place = window.scrollY; frames < 20; frames += 1) {
                await new Promise(requestAnimationFrame);
                if (window.scrollY !== place) [frames, place] = [0, window.scrollY];
            }
        }"""
    )


def _is_clear_of(control: Locator, bar: Locator) -> bool:
    box, cover = control.bounding_box(), bar.bounding_box()
    assert box
    assert cover
    return box["y"] + box["height"] <= cover["y"] or box["y"] >= cover["y"] + cover["height"]


def test_stepper_keeps_to_its_limits(tab: Tab) -> None:
    tab.go("/gallery/form/")
    quantity = tab.page.locator("#id_quantity")
    up, down = tab.page.get_by_label("Increase Licenses"), tab.page.get_by_label("Decrease Licenses")
    up.click()
    expect(quantity).to_have_value("3")
    for _ in range(5):
        down.click()
    expect(quantity).to_have_value("0")


def test_live_part_refreshes_and_stops_when_finished(tab: Tab) -> None:
    calls: list[str | None] = []
    tab.page.on("request", lambda request: calls.append(request.headers.get("x-poll")) if "n=" in request.url else None)
    tab.go("/gallery/live/")
    expect(tab.page.locator("#count")).to_have_text("n is 2", timeout=10000)
    tab.page.wait_for_timeout(2500)
    assert calls == ["1", "1"]


def test_live_part_stays_under_a_finger(tab: Tab) -> None:
    answers: list[str] = []
    tab.page.on("response", lambda response: answers.append(response.url) if "n=" in response.url else None)
    tab.go("/gallery/live/")
    count = tab.page.locator("#count")
    count.hover()
    tab.page.mouse.down()
    tab.page.wait_for_timeout(3500)
    assert len(answers) >= 1
    expect(count).to_have_text("n is 0")
    tab.page.mouse.up()
    expect(count).to_have_text("n is 2", timeout=10000)


def test_a_menu_opened_on_a_live_part_does_not_stop_it(tab: Tab) -> None:
    """What opens at the press of the right button swallows its release."""
    tab.go("/gallery/live/")
    count = tab.page.locator("#count")
    count.hover()
    tab.page.mouse.down(button="right")
    expect(count).to_have_text("n is 2", timeout=10000)


@pytest.mark.parametrize("width", [1280, 360])
def test_targets_are_large_enough(browser: Browser, live_server: LiveServer, width: int) -> None:
    """24 px everywhere (WCAG 2.5.8; links in running text are exempt), 44 px for buttons under a finger."""
    touch = width == 360
    context = browser.new_context(viewport={"width": width, "height": 800}, has_touch=touch, is_mobile=touch)
    _sign_in(context, live_server.url)
    page = context.new_page()
    small = []
    for path in ("/gallery/", "/gallery/form/"):
        page.goto(live_server.url + path)
        for control in page.locator("button:visible, summary:visible, a.btn:visible, a.top-link:visible").all():
            box = control.bounding_box()
            least = 43.5 if touch else 23.5
            if box and box["height"] < least:
                small.append((path, control.evaluate("element => element.outerHTML")[:120], box["height"]))
    context.close()
    assert small == []
