"""Browser, system and device."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.enrich.browser import BROWSERS, SYSTEMS, client
from consentkit.stats.model import OTHER
from tests.stats.page_requests import CHROME, SAFARI

DEVICES = {"desktop", "mobile", "tablet", "tv", "console", "(other)", "(unknown)"}
X11 = "Mozilla/5.0 (X11; Linux x86_64"
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("expected", "user_agent"),
    [
        (("Chrome", "Chrome", "Windows", "desktop"), CHROME),
        (("Edge", "Edge", "Windows", "desktop"), f"{CHROME} Edg/142.0.0.0"),
        (("Safari", "Safari", "iOS", "mobile"), SAFARI),
        (("Safari", "Safari", "iOS", "tablet"), SAFARI.replace("iPhone; CPU iPhone", "iPad; CPU")),
        (("Firefox", "Firefox", "Linux", "desktop"), f"{X11}; rv:145.0) Gecko/20100101 Firefox/145.0"),
        (
            ("Firefox", "Firefox", "Android", "mobile"),
            "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0",
        ),
        (
            ("Firefox", "Firefox", "Android", "tablet"),
            "Mozilla/5.0 (Android 14; Tablet; rv:133.0) Gecko/133.0 Firefox/133.0",
        ),
        (
            ("Chrome", "Chrome", "Android", "mobile"),
            f"Mozilla/5.0 (Linux; Android 10; K) {KHTML} Chrome/142.0.0.0 Mobile Safari/537.36",
        ),
        (
            ("Chrome", "Chrome", "Android", "tablet"),
            f"Mozilla/5.0 (Linux; Android 10; K) {KHTML} Chrome/142.0.0.0 Safari/537.36",
        ),
        (
            ("Chrome", "Chrome", "ChromeOS", "desktop"),
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KHTML} Chrome/142.0.0.0 Safari/537.36",
        ),
        (
            ("Opera Mini", "Opera Mini", "Android", "mobile"),
            "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16",
        ),
        (
            ("Konqueror", "Konqueror", "BSD", "desktop"),
            "Mozilla/5.0 (compatible; Konqueror/4.5; FreeBSD) KHTML/4.5.4 (like Gecko)",
        ),
        (("(unknown)", "(unknown)", "(unknown)", "(unknown)"), ""),
    ],
)
def test_known_ones_are_named(expected, user_agent):
    """Mobile and desktop versions of a browser have one name; the device tells them apart."""
    seen = client(user_agent)
    assert expected == (seen.browser, seen.browser_version.rstrip(" 0123456789"), seen.os, seen.device)


@pytest.mark.parametrize(
    ("device", "user_agent"),
    [
        ("console", f"Mozilla/5.0 (PlayStation; PlayStation 5/2.26) {KHTML} Version/13.0 Safari/605.1.15"),
        ("tv", f"Mozilla/5.0 (Web0S; Linux/SmartTV) {KHTML} Chrome/94.0.4606.128 Safari/537.36 WebAppManager"),
        ("mobile", "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5"),
    ],
)
def test_devices_are_told_by_class(device, user_agent):
    """Never by model."""
    assert device == client(user_agent).device


@pytest.mark.parametrize(
    ("expected", "user_agent"),
    [
        ("Chrome 142", CHROME),
        ("Edge 141", f"{CHROME} Edg/141.0.0.0"),
        ("Safari 18", SAFARI),
        ("Firefox 145", f"{X11}; rv:145.0) Gecko/20100101 Firefox/145.0"),
        ("Firefox", f"{X11}; rv:145.0) Gecko/20100101 Firefox/99999.0"),
    ],
)
def test_a_version_is_its_major_number(expected, user_agent):
    """A number that no browser has is left out: it would be a mark."""
    assert expected == client(user_agent).browser_version


def test_a_brand_goes_before_a_user_agent_that_hides_it():
    """Brave's user agent says Chrome."""
    assert ("Brave", "Brave 142", "Windows", "desktop") == client(CHROME, "Brave")


@given(
    st.text(max_size=200),
    st.sampled_from(["{}", "{}/1.0", "Mozilla/5.0 ({}) Firefox/1", "Mozilla/5.0 (Linux; Android 9; {})"]),
)
def test_no_text_of_the_user_agent_comes_through(text, shape):
    """Every name is from a fixed list; a family that ua-parser takes from the text is `(other)`."""
    browser, version, system, device = client(shape.format(text))
    assert version == browser or version.removeprefix(f"{browser} ").isdigit()
    assert browser in {*BROWSERS.values(), OTHER, "(unknown)"}
    assert system in {*SYSTEMS.values(), OTHER, "(unknown)"}
    assert device in DEVICES


def test_the_parser_is_loaded_when_first_needed():
    """Importing the module loads neither library: they take 0.3 s and 35 MB."""
    program = "import sys, consentkit.stats.enrich.browser; print({'ua_parser', 'user_agents'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
