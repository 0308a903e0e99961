"""A real Chromium, and the example website on real ports for it to visit."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from consentkit.demo import demo_app, demo_config, load_part
from consentkit.kit import ConsentKit
from tests.browser.rules_site import WrongSites
from tests.browser.support import Demo, Journey, listening, served
from tests.conftest import LiveServers

SECRET = "a secret for tests only with 40 characters"

# How long an expectation may take to come true, in milliseconds: what is expected comes at once on a machine at rest.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The example site with empty statistics."""
    with ExitStack() as stack:
        site, tags = listening(), listening()
        tag_origin = f"http://localhost:{tags.getsockname()[1]}"
        kit = ConsentKit(demo_config(tmp_path_factory.mktemp("demo"), tag_origin), [SECRET])
        stack.enter_context(served(demo_app(kit, SECRET, tag_origin), site))
        stack.enter_context(served(load_part("tag_server").app, tags))
        yield Demo(f"http://127.0.0.1:{site.getsockname()[1]}", tag_origin, kit)


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def visitor(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A visitor's fresh browser profile, once with JavaScript and once without."""
    context = chromium.new_context(
        java_script_enabled=request.param, locale="nl-NL", viewport={"width": 1280, "height": 800}
    )
    yield context
    context.close()


@pytest.fixture
def journey(visitor: BrowserContext, demo: Demo, request: pytest.FixtureRequest) -> Journey:
    """A visitor at the example site."""
    return Journey(visitor, demo, scripted=request.node.callspec.params["visitor"])


@pytest.fixture(scope="module")
def wrong_sites(chromium: Browser) -> Iterator[WrongSites]:
    """Wrong sites on ports of their own."""
    servers = LiveServers()
    yield WrongSites(servers, chromium)
    servers.stop()
