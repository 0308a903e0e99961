"""A report on A4 paper: Chromium prints the page that is sent by e-mail.

A PDF library would need a second layout and a font for each script that a page's name may be written in; WeasyPrint
needs Pango from the system. A browser is on most machines, and the audit needs one already.
"""

from pathlib import Path

from consentkit.errors import ConsentKitError

INSTALL = "PDF needs Playwright; install it with pip install 'consentkit[pdf]'"
LONGEST = 60_000
"""Milliseconds that starting and printing may take each."""

SCALE = 0.82
"""A week's report with every list at its longest fits on two pages, its text 8.6 pt high."""


class PdfError(ConsentKitError):
    """Raised when no browser can print; the message says how to mend it."""


def as_pdf(html: str, browser: Path | None = None) -> bytes:
    """The page as PDF. The browser has no network and runs no script; `browser` names its program.

    Raises PdfError without Playwright or when the browser does not start, BrowserError when there is none.
    """
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 -- in an extra

        from consentkit.audit.browser import FLAGS, find, is_root  # noqa: PLC0415 -- imports Playwright
    except ImportError:
        raise PdfError(INSTALL) from None
    with sync_playwright() as playwright:
        program = find(browser, playwright.chromium.executable_path)
        try:
            started = playwright.chromium.launch(
                executable_path=program,
                # Chromium's sandbox does not work for root, whose containers hold the browser instead.
                chromium_sandbox=not is_root(),
                args=list(FLAGS),
                timeout=LONGEST,
            )
            context = started.new_context(offline=True, java_script_enabled=False)
            # Offline alone was seen to let the first request of a page pass.
            context.route("**/*", lambda route: route.abort())
            page = context.new_page()
            page.set_default_timeout(LONGEST)
            page.set_content(html, wait_until="load")
            printed = page.pdf(print_background=True, prefer_css_page_size=True, scale=SCALE)
            started.close()
        except Error as problem:
            first = next((line.strip() for line in str(problem).splitlines() if line.strip()), "no reason given")
            raise PdfError(f"{program} does not print: {first}") from None
    return printed
