"""What tests share: a terminal of no stated size, and a browser for those that look at pages, one for each file."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run --disable-quic"
)


@pytest.fixture(scope="session", autouse=True)
def _no_terminal_size():
    """Forget the size that pytest's own workers say a terminal has: texts have the size that is usual."""
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)


@pytest.fixture(scope="module")
def browser():
    """Headless chromium, or another browser of its family."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(f"no browser to look at the page with: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Open a file, without a network; at the end, nothing may have been asked of one, and no error been logged.

    The page's policy would forbid the strings that the tests evaluate; `bypass_csp=False` keeps it.
    """
    contexts, trouble = [], []

    def open_(path, fragment="", *, width=1280, height=800, calm=True, shows=".mgp-sentence", **options):
        options.setdefault("bypass_csp", True)
        options.setdefault("reduced_motion", "reduce" if calm else "no-preference")
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.on("request", lambda request: None if request.url.startswith("file:") else trouble.append(request.url))
        page.goto(f"{path.as_uri()}{fragment}")
        page.wait_for_selector(shows)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not [what for what in trouble if what != "data:,"]
