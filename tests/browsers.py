"""Finds a Chromium for the browser tests; as a program, fetches Playwright's own where there is none."""

import functools
import os
import shutil
import subprocess
import sys

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What keeps a test browser from talking to its maker, and lets it run as root in a container.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO_GET_ONE = (
    "install Chromium (Debian, Ubuntu: apt-get install chromium), "
    "or run `.venv/bin/python -m playwright install --with-deps chromium`; then run `make test` again"
)
DOWNLOAD_SECONDS = 300


def required() -> bool:
    """Whether a missing browser is a failure: in CI, or where REQUIRE_BROWSER=1 says so."""
    return os.environ.get("CI") == "true" or os.environ.get("REQUIRE_BROWSER") == "1"


@functools.cache
def find() -> str | None:
    """The path of a Chromium that starts here: $CHROMIUM, the system's, or the one Playwright downloaded."""
    candidates = [os.environ.get("CHROMIUM"), *(shutil.which(name) for name in SYSTEM_NAMES)]
    found = next((path for path in candidates if path and _starts(path)), None)
    if found is None and (own := _downloaded()) and _starts(own):
        found = own
    return found


def _starts(path: str) -> bool:
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _downloaded() -> str:
    """Asked in a process of its own, since Playwright leaves an event loop behind."""
    question = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def main() -> int:
    """Tries once to fetch a browser; a newcomer without one is told so and may go on, CI may not."""
    if find():
        return 0
    print("No Chromium found; trying Playwright's own download.", flush=True)  # noqa: T201
    try:
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"], timeout=DOWNLOAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"The download did not end within {DOWNLOAD_SECONDS} seconds.")  # noqa: T201
    find.cache_clear()
    if find():
        return 0
    print(f"Still no browser: {HOW_TO_GET_ONE}.")  # noqa: T201
    return 1 if required() else 0


if __name__ == "__main__":
    sys.exit(main())
