"""Signing in at an OpenID Connect provider that runs here, dashboard and provider behind real servers."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from consentkit.config_dashboard import DashboardSettings, Oidc
from consentkit.dashboard import Role, Store, open_file
from consentkit.dashboard.company import Company, MissingExtra, company_of
from consentkit.dashboard.door import LONGEST_NEXT
from consentkit.dashboard.oidc import Provider
from tests.conftest import LiveServers
from tests.dashboard.provider import CLIENT, SECRET, TestProvider
from tests.dashboard.sinks import CHEAP, PASSWORD, app_over, make_sink

ROLES = {Role.ADMINISTRATOR: ("admins",), Role.EDITOR: ("marketing",), Role.READER: ("sales",)}
CLEAN = {"email": "maria@example.com", "groups": ["marketing"]}


@dataclass
class Town:
    """A provider, a dashboard, and what the dashboard keeps."""

    provider: TestProvider
    dashboard: str
    store: Store

    def browser(self) -> httpx2.Client:
        """A browser with cookies of its own."""
        return httpx2.Client(follow_redirects=True, headers={"accept-language": "en"}, trust_env=False)

    def sign_in(self, **claims: object) -> httpx2.Response:
        """Follow the button with a fresh browser; the provider puts these claims into the token."""
        self.provider.claims = {**CLEAN, **claims}
        with self.browser() as browser:
            return browser.get(f"{self.dashboard}/sign-in/oidc")


@pytest.fixture(scope="module")
def servers() -> Iterator[LiveServers]:
    """Servers of this module."""
    servers = LiveServers()
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def world(servers: LiveServers, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The provider and the dashboard, each behind uvicorn."""
    folder = tmp_path_factory.mktemp("oidc")
    make_sink(folder / "stats.db")
    store = open_file(folder / "dashboard.db", hasher=CHEAP)
    store.users.add("ann", PASSWORD)
    provider = TestProvider()
    provider.issuer = servers(provider.app)
    company = Company(provider=Provider(settings_of(provider), SECRET), roles=ROLES)
    return Town(provider, servers(app_over(folder, store, company=company, root="/dash")) + "/dash", store)


@pytest.fixture
def town(world: Town) -> Town:
    """The same, without faults of earlier tests."""
    world.provider.fault = ""
    return world


def settings_of(provider: TestProvider) -> Oidc:
    """What the configuration would say of the provider."""
    return Oidc(provider.issuer, CLIENT, "email", "groups")


def test_somebody_is_signed_in_by_the_provider(town: Town) -> None:
    """With the role of their group, back on the page that they wanted, and it stands in the trail."""
    with town.browser() as browser:
        page = browser.get(f"{town.dashboard}/sign-in?next=list%3Fcard%3Dcountry")
        assert "Sign in with your company account" in page.text
        town.provider.claims = CLEAN
        there = browser.get(f"{town.dashboard}/sign-in/oidc?next=list%3Fcard%3Dcountry")
        assert f"{town.dashboard}/list?card=country" == str(there.url)
        assert "maria@example.com" in there.text
        assert "Netherlands" in there.text
        assert 200 == browser.get(f"{town.dashboard}/shares").status_code
        assert 403 == browser.get(f"{town.dashboard}/users").status_code
        entry = town.store.trail.latest(1)[0]
        assert ("maria@example.com", "signed_in", "oidc") == (entry.who, entry.what.value, entry.subject)
        assert not [cookie for cookie in browser.cookies.jar if cookie.name == "consentkit_oidc" and cookie.value]


def test_the_way_out_is_new_each_time_and_proves_who_began(town: Town) -> None:
    """State, nonce and challenge differ, and the challenge is S256."""
    town.provider.asked.clear()
    for _ in range(3):
        town.sign_in()
    for name in ("state", "nonce", "code_challenge"):
        assert 3 == len({asked[name] for asked in town.provider.asked}), name
    assert {("S256", "openid email profile")} == {
        (asked["code_challenge_method"], asked["scope"]) for asked in town.provider.asked
    }


@pytest.mark.parametrize(
    ("fault", "logged"),
    [
        ("wrong nonce", "InvalidClaimError"),
        ("no nonce", "MissingClaimError"),
        ("wrong issuer", "InvalidClaimError"),
        ("wrong audience", "InvalidClaimError"),
        ("shared audience", "InvalidClaimError"),
        ("expired", "ExpiredTokenError"),
        ("unsigned", "UnsupportedAlgorithmError"),
        ("signed with the public key", "UnsupportedAlgorithmError"),
        ("another key", "BadSignatureError"),
        ("another issuer", "another provider's"),
        ("no issuer", "whose it is"),
        ("refused", "did not sign anybody in"),
    ],
)
def test_an_answer_that_does_not_hold_signs_nobody_in(
    town: Town, caplog: pytest.LogCaptureFixture, fault: str, logged: str
) -> None:
    """The page says so, the log says why and names nobody, no session begins."""
    before = town.store.sessions.open()
    town.provider.fault = fault
    answer = town.sign_in(email="mallory@example.com", groups=["admins"])
    assert (403, True) == (answer.status_code, "did not answer as it should" in answer.text)
    assert before == town.store.sessions.open()
    assert logged in caplog.text
    assert "mallory" not in caplog.text


@pytest.mark.parametrize("fault", ["down", "named otherwise"])
def test_a_provider_that_is_down_or_another_is_left_alone(servers: LiveServers, tmp_path: Path, fault: str) -> None:
    """The page says so; signing in with a password goes on."""
    provider = TestProvider()
    provider.issuer, provider.fault = servers(provider.app), fault
    store = open_file(tmp_path / "dashboard.db", hasher=CHEAP)
    company = Company(provider=Provider(settings_of(provider), SECRET), roles=ROLES)
    address = servers(app_over(tmp_path, store, company=company))
    answer = httpx2.get(f"{address}/sign-in/oidc", trust_env=False)
    assert 403 == answer.status_code
    assert [] == provider.asked
    assert 200 == httpx2.get(f"{address}/sign-in", trust_env=False).status_code


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"groups": []}, "You have no role"),
        ({"groups": "nobody"}, "You have no role"),
        ({"groups": {"admins": 1}}, "You have no role"),
        ({"email": "off@example.com"}, "You have no role"),
        ({"email": ""}, "did not answer"),
        ({"email": "a\nb@example.com"}, "did not answer"),
        ({"email": "x" * 65}, "did not answer"),
        ({"email": 7}, "did not answer"),
        ({"email_verified": False}, "did not answer"),
        ({"email_verified": "false"}, "did not answer"),
        ({"email": "(command line)"}, "did not answer"),
    ],
)
def test_who_has_no_role_or_no_name_stays_outside(town: Town, claims: dict[str, object], said: str) -> None:
    """Groups that give nothing, a disabled name, an address that the provider has not verified."""
    if town.store.users.get("off@example.com") is None:
        town.store.users.add("off@example.com", PASSWORD)
        town.store.users.set_disabled("off@example.com", True)
    before = town.store.sessions.open()
    answer = town.sign_in(**claims)
    assert (403, True) == (answer.status_code, said in answer.text)
    assert before == town.store.sessions.open()


def test_a_single_group_may_be_a_text(town: Town) -> None:
    """Some providers do not put one into a list."""
    assert 200 == town.sign_in(email="boss@example.com", groups="admins").status_code
    assert "boss@example.com" in {one.name for one in town.store.sessions.open()}


def test_an_answer_is_of_use_only_in_the_browser_that_asked(town: Town) -> None:
    """Nobody is signed in to somebody else's account by a link, no code works twice, and no state of another try."""
    with town.browser() as mallory, town.browser() as victim:
        mallory.follow_redirects = victim.follow_redirects = False
        out = mallory.get(f"{town.dashboard}/sign-in/oidc").headers["location"]
        back = mallory.get(out).headers["location"]
        answer = victim.get(back)
        assert (403, True) == (answer.status_code, "in another browser" in answer.text)
        victim.get(f"{town.dashboard}/sign-in/oidc")
        assert 403 == victim.get(back).status_code
        kept = dict(mallory.cookies)
        assert 303 == mallory.get(back).status_code
        mallory.cookies.update(kept)
        assert 403 == mallory.get(back).status_code


def test_the_way_back_is_as_long_as_a_page_needs(town: Town) -> None:
    """Of the longest address that is kept nothing is cut off; a longer one leads to the first page."""
    town.provider.claims = CLEAN
    longest = "?only.page=%2F" + "a" * (LONGEST_NEXT - 14)
    for wanted, expected in ((longest, f"/{longest}"), (longest + "a", "/")):
        with town.browser() as browser:
            there = browser.get(f"{town.dashboard}/sign-in/oidc", params={"next": wanted})
            assert f"{town.dashboard}{expected}" == str(there.url)


@pytest.mark.parametrize("next_page", ["//evil.example", "https://evil.example", "/\\evil.example", "list?x=\r\nA: b"])
def test_the_way_back_leads_nowhere_else(town: Town, next_page: str) -> None:
    """What is wanted afterwards is a page of the dashboard, or its first one."""
    town.provider.claims = CLEAN
    with town.browser() as browser:
        there = browser.get(f"{town.dashboard}/sign-in/oidc", params={"next": next_page})
        assert f"{town.dashboard}/" == str(there.url)


def test_a_session_that_the_browser_had_is_over(town: Town) -> None:
    """No fixation: the value after the way back is new, and the one before is worth nothing."""
    town.provider.claims = CLEAN
    with town.browser() as browser:
        browser.get(f"{town.dashboard}/sign-in/oidc")
        before = browser.cookies["consentkit_staff"]
        browser.get(f"{town.dashboard}/sign-in/oidc")
        assert before != browser.cookies["consentkit_staff"]
    with town.browser() as other:
        other.cookies.set("consentkit_staff", before)
        assert "/sign-in" in str(other.get(f"{town.dashboard}/").url)


def test_without_a_provider_there_is_no_such_address(tmp_path: Path) -> None:
    """And no button."""
    store = open_file(tmp_path / "dashboard.db", hasher=CHEAP)
    client = TestClient(app_over(tmp_path, store), base_url="http://dash.example")
    assert 404 == client.get("/sign-in/oidc").status_code
    assert "company account" not in client.get("/sign-in").text


def test_a_provider_without_the_extra_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "consentkit.dashboard.oidc", None)
    settings = DashboardSettings("", 1, None, Oidc("https://login.example.com", CLIENT, "email", "groups"), ROLES)
    with pytest.raises(MissingExtra, match=r"consentkit\[oidc\]"):
        company_of(settings, {})
