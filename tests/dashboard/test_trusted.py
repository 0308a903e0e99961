"""Who asks, as the company's own proxy says in a header."""

import ipaddress
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentkit.config_dashboard import Proxy, role_of
from consentkit.dashboard import Role, Store, open_file
from consentkit.dashboard.company import Company
from consentkit.dashboard.trusted import Trusted
from consentkit.errors import SecretError
from tests.dashboard.sinks import CHEAP, NOW, PASSWORD, app_over, make_sink
from tests.dashboard.views.forms import SAME, post, token_of

SECRET = "a secret of the proxy, for tests only"
NEAR = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))
BY_GROUP = {Role.ADMINISTRATOR: ("admins",), Role.EDITOR: ("marketing", "press"), Role.READER: ("*",)}
HEADERS = {"x-forwarded-user": "maria@example.com", "x-consentkit-proxy-secret": SECRET}
Pairs = list[tuple[str, str]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Tables with a reader ann, beside a sink."""
    make_sink(tmp_path / "stats.db")
    store = open_file(tmp_path / "dashboard.db", clock=lambda: NOW, hasher=CHEAP)
    store.users.add("ann", PASSWORD)
    return store


def browser(
    folder: Path,
    store: Store,
    *,
    secret: str = SECRET,
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = (),
    groups: str = "",
    roles: dict[Role, tuple[str, ...]] | None = None,
    address: str = "203.0.113.9",
) -> TestClient:
    """A browser that reaches the dashboard from an address."""
    company = Company(
        Trusted(Proxy("x-forwarded-user", groups, networks), secret), roles=roles or {Role.READER: ("*",)}
    )
    app = app_over(folder, store, company=company)
    client = TestClient(app, base_url="http://dash.example", client=(address, 4711), raise_server_exceptions=False)
    client.headers["accept-language"] = "en"
    return client


def test_the_proxys_word_signs_in(store: Store, tmp_path: Path) -> None:
    """Without a cookie, on every page, and nobody signs out of it here."""
    client = browser(tmp_path, store)
    page = client.get("/", headers=HEADERS)
    assert (200, False) == (page.status_code, "set-cookie" in page.headers)
    assert "maria@example.com" in page.text
    assert "Sign out" not in page.text
    assert "/sign-in" in str(client.get("/").url)


@pytest.mark.parametrize(
    "sent",
    [
        [("x-forwarded-user", "maria")],
        [("x-forwarded-user", "maria"), ("x-consentkit-proxy-secret", "")],
        [("x-forwarded-user", "maria"), ("x-consentkit-proxy-secret", SECRET[:-1])],
        [("x-forwarded-user", "maria"), ("x-consentkit-proxy-secret", SECRET), ("x-consentkit-proxy-secret", "x")],
        [("x-forwarded-user", "eve"), ("x-forwarded-user", "maria"), ("x-consentkit-proxy-secret", SECRET)],
        [("x-forwarded-user", ""), ("x-consentkit-proxy-secret", SECRET)],
        [("x-forwarded-user", "x" * 65), ("x-consentkit-proxy-secret", SECRET)],
        [("x-forwarded-user", "a\tb"), ("x-consentkit-proxy-secret", SECRET)],
        [("x-forwarded-user", "(command line)"), ("x-consentkit-proxy-secret", SECRET)],
    ],
)
def test_what_is_not_the_proxys_word_is_refused(store: Store, tmp_path: Path, sent: Pairs) -> None:
    """No secret, a wrong one, two of a header, no name: also for somebody who is signed in otherwise."""
    client = browser(tmp_path, store)
    for path in ("/", "/list?card=page", "/list.csv?card=page", "/sign-in"):
        answer = client.get(path, headers=sent)  # type: ignore[arg-type]
        assert (403, True) == (answer.status_code, "company’s proxy" in answer.text), path


@pytest.mark.parametrize(
    ("address", "secret", "status"),
    [
        ("10.1.2.3", "", 200),
        ("::ffff:10.1.2.3", "", 200),
        ("::1", "", 200),
        ("11.1.2.3", "", 403),
        ("testclient", "", 403),
        ("", "", 403),
        ("10.1.2.3", SECRET, 200),
        ("11.1.2.3", SECRET, 403),
    ],
)
def test_the_proxy_is_known_by_its_address(
    store: Store, tmp_path: Path, address: str, secret: str, status: int
) -> None:
    """And by its secret too where both are configured; the address alone does not do then."""
    client = browser(tmp_path, store, networks=NEAR, secret=secret, address=address)
    assert status == client.get("/", headers=HEADERS).status_code
    if secret:
        assert 403 == client.get("/", headers={"x-forwarded-user": "maria"}).status_code


@pytest.mark.parametrize(
    ("groups", "page", "status"),
    [
        ("", "/", 200),
        ("", "/shares", 403),
        ("press", "/shares", 200),
        ("sales, marketing", "/shares", 200),
        ("sales, marketing", "/users", 403),
        ("admins,sales", "/users", 200),
        ("ADMINS", "/users", 403),
        ("*", "/users", 403),
    ],
)
def test_groups_give_roles(store: Store, tmp_path: Path, groups: str, page: str, status: int) -> None:
    """The highest that one of them gives."""
    client = browser(tmp_path, store, groups="x-forwarded-groups", roles=BY_GROUP)
    assert status == client.get(page, headers={**HEADERS, "x-forwarded-groups": groups}).status_code


def test_who_has_no_role_or_is_disabled_stays_outside(store: Store, tmp_path: Path) -> None:
    """By name where there is no header of groups; a disabled name is out whichever way it comes."""
    client = browser(tmp_path, store, roles={Role.READER: ("ann",)})
    assert 200 == client.get("/", headers={**HEADERS, "x-forwarded-user": "ann"}).status_code
    stranger = client.get("/", headers=HEADERS)
    assert (403, True) == (stranger.status_code, "no role here" in stranger.text)
    store.users.set_disabled("ann", True)
    assert 403 == client.get("/", headers={**HEADERS, "x-forwarded-user": "ann"}).status_code


def test_a_form_holds_for_the_one_who_opened_it(store: Store, tmp_path: Path) -> None:
    """Another's token is refused, and another site's page."""
    client = browser(tmp_path, store, roles={Role.EDITOR: ("*",)})
    wish = {"title": "t", "card": "page", "period": "28d", "expires": "2026-12-31", "threshold": "20"}
    token = token_of(client.get("/shares", headers=HEADERS).text)
    other = {**SAME, **HEADERS, "x-forwarded-user": "eve"}
    assert 403 == post(client, "/shares", {**wish, "form": token}, other)[0]
    foreign = {**SAME, **HEADERS, "sec-fetch-site": "cross-site"}
    assert 403 == post(client, "/shares", {**wish, "form": token}, foreign)[0]
    assert 200 == post(client, "/shares", {**wish, "form": token}, {**SAME, **HEADERS})[0]
    assert ["maria@example.com"] == [share.author for share in store.shares.all()]


def test_a_header_that_anybody_could_send_is_not_configured() -> None:
    """The message says which two things make it safe; a short secret is refused."""
    with pytest.raises(SecretError, match=r"trusted_proxies .* CONSENTKIT_PROXY_SECRET"):
        Trusted(Proxy("x-forwarded-user", "", ()), "")
    with pytest.raises(SecretError, match="at least 32"):
        Trusted(Proxy("x-forwarded-user", "", NEAR), "short")


def test_the_highest_role_counts() -> None:
    """And nobody has one by no group, unless everybody has it."""
    assert Role.ADMINISTRATOR is role_of(["press", "admins"], BY_GROUP)
    assert Role.READER is role_of([], BY_GROUP)
    assert None is role_of(["x"], {Role.READER: ("y",)})
    assert None is role_of(["x"], {})
