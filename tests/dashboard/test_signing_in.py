"""Getting in, and keeping others out."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from consentkit.dashboard import sign_in_link
from consentkit.dashboard.sessions import LINK_SECONDS, SESSION_SECONDS, Signed
from tests.dashboard.sinks import KEYS, NOW, OPENED, PASSWORD, Desk, desk, make_sink

SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture(params=["", "/dashboard"], ids=["alone", "mounted"])
def front(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A dashboard, alone and under a path, with nobody signed in."""
    make_sink(tmp_path / "stats.db")
    return desk(tmp_path, root=request.param)


def token_of(page: str) -> str:
    """The form token in a page."""
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def post(front: Desk, path: str, headers: dict[str, str] | None = None, **fields: str) -> tuple[int, str]:
    """Post a form as a page of the dashboard does; gives status and address or text."""
    response = front.client.post(
        front.root + path,
        content=urlencode(fields),
        headers={"content-type": "application/x-www-form-urlencoded", **(SAME if headers is None else headers)},
        follow_redirects=False,
    )
    return response.status_code, response.headers.get("location", response.text)


def sign_in(front: Desk, password: str = PASSWORD, **fields: str) -> tuple[int, str]:
    """Fill in the form."""
    return post(front, "/sign-in", form=token_of(front.get("/sign-in")), name="ann", password=password, **fields)


@pytest.mark.parametrize("path", ["/", "/list?card=page", "/list.csv?card=page", "/days.csv", "/?period=7d&by=visits"])
def test_nothing_is_shown_without_a_session(front: Desk, path: str) -> None:
    """Every page and download leads to the sign-in page, under whatever path the dashboard lies."""
    response = front.client.get(front.root + path, follow_redirects=False)
    assert 303 == response.status_code
    assert response.headers["location"].startswith(front.root + "/sign-in")
    assert "" == response.text


@pytest.mark.parametrize("path", ["/api", "/static", "/nothing", "/%2Fevil.example"])
def test_a_slash_at_the_end_leads_nowhere_else(front: Desk, path: str) -> None:
    """The same answer with and without it: no address sends on to itself, or to another site."""
    for end in ("", "/"):
        response = front.client.get(front.root + path + end, follow_redirects=False)
        assert (404, None) == (response.status_code, response.headers.get("location"))


def test_a_dashboard_that_knows_nobody_says_how_to_add_somebody(front: Desk) -> None:
    """Once there is a user it says nothing of it."""
    assert "user add" not in front.get("/sign-in")
    front.users.remove("ann")
    assert "There are no users yet. On the server, this adds the first: <code>consentkit user add NAME" in re.sub(
        r"\s+", " ", front.get("/sign-in")
    )


def test_the_right_password_opens_the_page_that_was_asked_for(front: Desk) -> None:
    """The cookie is out of reach for scripts and other sites."""
    page = front.get("/list?card=country&period=7d")
    wanted = re.search(r'name="next" value="([^"]+)"', page)
    assert wanted is not None
    status, address = sign_in(front, next=wanted[1].replace("&amp;", "&"))
    assert (303, f"{front.root}/list?card=country&period=7d") == (status, address)
    assert "Netherlands" in front.get("/list?card=country&period=7d")


def test_the_cookie_is_guarded(front: Desk) -> None:
    """HttpOnly, SameSite, Path, twelve hours; without Secure on plain http."""
    response = front.client.get(sign_in_link(KEYS, "ann", front.root, NOW), headers=OPENED, follow_redirects=False)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("consentkit_staff=")
    for part in ("HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={SESSION_SECONDS}"):
        assert part in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_has_the_host_prefix(tmp_path: Path) -> None:
    """`__Host-` needs Secure, Path=/ and no Domain."""
    front = desk(tmp_path, scheme="https")
    response = front.client.get(sign_in_link(KEYS, "ann", "", NOW), headers=OPENED, follow_redirects=False)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-consentkit_staff=")
    assert "Secure" in cookie
    assert "Path=/;" in cookie
    assert "domain" not in cookie.lower()


@pytest.mark.parametrize(
    "next_page",
    ["//evil.example", "https://evil.example", "/\\evil.example", "list?x=\r\nSet-Cookie: a=b", "../admin", "x" * 999],
)
def test_a_sign_in_leads_nowhere_else(front: Desk, next_page: str) -> None:
    """An address that is not the dashboard's is dropped."""
    assert (303, f"{front.root}/") == sign_in(front, next=next_page)


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(front: Desk) -> None:
    """Nothing tells which names there are."""
    wrong = sign_in(front, "wrong password")
    token = token_of(front.get("/sign-in"))
    unknown = post(front, "/sign-in", form=token, name="ann", password="x" * 20)
    assert 403 == wrong[0] == unknown[0]
    assert re.sub(r'value="[^"]*"', "", wrong[1]) == re.sub(r'value="[^"]*"', "", unknown[1])
    assert "do not belong together" in wrong[1]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
        {"sec-fetch-site": "cross-site", "origin": "http://dash.example"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/link", "/sign-out"])
def test_a_form_from_another_site_does_nothing(front: Desk, path: str, headers: dict[str, str]) -> None:
    """Even with a token that is right."""
    form = token_of(front.get("/sign-in"))
    if path == "/sign-out":
        front.sign_in()
        form = token_of(front.get("/"))
    fields = {"form": form, "name": "ann", "password": PASSWORD, "token": Signed(KEYS, clock=lambda: NOW).link("ann")}
    status, _ = post(front, path, headers, **fields)
    assert 403 == status
    signed_in = "Countries" in front.get("/")
    assert (path == "/sign-out") == signed_in


def test_a_browser_that_sends_only_origin_may_sign_in(front: Desk) -> None:
    """Fetch Metadata is left out on plain http addresses."""
    form = token_of(front.get("/sign-in"))
    headers = {"origin": "http://dash.example"}
    assert 303 == post(front, "/sign-in", headers, form=form, name="ann", password=PASSWORD)[0]


def test_a_form_without_our_token_does_nothing(front: Desk) -> None:
    """Missing, old and foreign tokens."""
    old = Signed(KEYS, clock=lambda: NOW - 13 * 3600).form("sign-in")
    for form in ("", "x", old):
        status, text = post(front, "/sign-in", form=form, name="ann", password=PASSWORD)
        assert 400 == status
        assert "open for too long" in text


def test_a_form_that_is_too_long_is_not_read(front: Desk) -> None:
    """Neither a long field nor a long body is hashed."""
    form = token_of(front.get("/sign-in"))
    assert 400 == post(front, "/sign-in", form=form, name="a" * 65, password=PASSWORD)[0]
    assert 400 == post(front, "/sign-in", form=form, name="ann", password="p" * 257)[0]
    assert 400 == post(front, "/sign-in", form=form, name="ann", password="p" * 100_000)[0]


def test_signing_out_ends_the_session(front: Desk) -> None:
    """It needs this session's own token."""
    front.sign_in()
    token = token_of(front.get("/"))
    other = Signed(KEYS, clock=lambda: NOW).form("another session")
    assert 403 == post(front, "/sign-out", form=other)[0]
    assert (303, f"{front.root}/sign-in?signed-out=1") == post(front, "/sign-out", form=token)
    assert "Countries" not in front.get("/")
    assert "You are signed out" in front.get("/sign-in?signed-out=1")


def test_signing_out_is_not_a_link(front: Desk) -> None:
    """A GET, which an image on another site can send, does nothing."""
    front.sign_in()
    assert 405 == front.client.get(front.root + "/sign-out").status_code
    assert "Countries" in front.get("/")


def test_a_removed_user_and_a_changed_password_end_sessions(front: Desk) -> None:
    """At the next page."""
    front.sign_in()
    front.users.set_password("ann", "quite another password")
    assert "Countries" not in front.get("/")
    front.sign_in()
    assert "Countries" in front.get("/")
    front.users.remove("ann")
    assert "Countries" not in front.get("/")


def test_a_session_cookie_set_by_somebody_else_is_replaced(front: Desk) -> None:
    """No fixation: the value after a sign-in is new."""
    front.client.cookies.set("consentkit_staff", "chosen-by-an-attacker", domain="dash.example")
    before = Signed(KEYS, clock=lambda: NOW).session(front.store.sessions.begin("ann"))
    front.client.cookies.set("consentkit_staff", before, domain="dash.example")
    front.client.get(sign_in_link(KEYS, "ann", front.root, NOW), headers=OPENED)
    values = {cookie.value for cookie in front.client.cookies.jar}
    assert before not in values
    assert None is front.store.sessions.find(Signed(KEYS, clock=lambda: NOW).read_session(before) or "")


def test_a_link_opened_by_the_reader_signs_in_at_once(front: Desk) -> None:
    """And leaves no token behind in the address."""
    response = front.client.get(sign_in_link(KEYS, "ann", front.root, NOW), headers=OPENED, follow_redirects=False)
    assert (303, f"{front.root}/") == (response.status_code, response.headers["location"])


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec-fetch-site": "cross-site"}, {**OPENED, "sec-purpose": "prefetch"}, {**OPENED, "x-moz": "prefetch"}],
)
def test_a_link_that_another_site_or_a_program_follows_asks_first(front: Desk, headers: dict[str, str]) -> None:
    """Nobody is signed in unseen; one button does it."""
    response = front.client.get(sign_in_link(KEYS, "ann", front.root, NOW), headers=headers, follow_redirects=False)
    assert 200 == response.status_code
    assert "set-cookie" not in response.headers
    token = re.search(r'name="token" value="([^"]+)"', response.text)
    assert token is not None
    assert (303, f"{front.root}/") == post(front, "/sign-in/link", token=token[1])
    assert "Countries" in front.get("/")


@pytest.mark.parametrize("name", ["ann", "bob"])
def test_a_link_that_is_over_or_of_nobody_says_so(front: Desk, name: str) -> None:
    """An hour, and only for a user that there is."""
    when = NOW - LINK_SECONDS - 1 if name == "ann" else NOW
    response = front.client.get(sign_in_link(KEYS, name, front.root, when))
    assert 403 == response.status_code
    assert "no longer works" in response.text


def test_many_wrong_passwords_slow_down_one_name_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name under attack is asked to wait, the others sign in as ever."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("consentkit.dashboard.door.Door.sleep", property(lambda self: sleep, lambda self, value: None))
    make_sink(tmp_path / "stats.db")
    front = desk(tmp_path)
    front.users.add("bob", PASSWORD)
    statuses = [sign_in(front, "wrong password")[0] for _ in range(12)]
    assert 403 == statuses[0]
    assert 429 == statuses[-1]
    assert max(slept) > 1
    form = token_of(front.get("/sign-in"))
    assert 303 == post(front, "/sign-in", form=form, name="bob", password=PASSWORD)[0]


def test_a_link_signs_in_once(front: Desk) -> None:
    """Asking for its head does not use it up, in the hands of another it is over, and a disabled user has none."""
    link = sign_in_link(KEYS, "ann", front.root, NOW)
    assert 200 == front.client.head(link, headers=OPENED, follow_redirects=False).status_code
    assert 303 == front.client.get(link, headers=OPENED, follow_redirects=False).status_code
    again = front.client.get(link, follow_redirects=False)
    assert (303, f"{front.root}/", False) == (
        again.status_code,
        again.headers["location"],
        "set-cookie" in again.headers,
    )
    front.client.cookies.clear()
    assert 403 == front.client.get(link).status_code
    token = link.partition("?token=")[2]
    assert 403 == post(front, "/sign-in/link", token=token)[0]
    front.users.set_disabled("ann", True)
    assert 403 == front.client.get(sign_in_link(KEYS, "ann", front.root, NOW)).status_code


def test_signing_out_ends_a_copied_cookie_too(front: Desk) -> None:
    """The server forgets the session; it is not only taken from this browser."""
    front.sign_in()
    copied = dict(front.client.cookies)
    post(front, "/sign-out", form=token_of(front.get("/")))
    front.client.cookies.update(copied)
    assert "Countries" not in front.get("/")


def test_the_trail_tells_of_sign_ins_and_repeats_no_unknown_name(front: Desk) -> None:
    """Somebody who types the password as the name does not find it in the trail."""
    sign_in(front, "wrong password")
    post(front, "/sign-in", form=token_of(front.get("/sign-in")), name=PASSWORD, password="x" * 12)
    sign_in(front)
    post(front, "/sign-out", form=token_of(front.get("/")))
    told = [(entry.who, entry.what.value, entry.subject) for entry in front.store.trail.latest(9)]
    assert [
        ("ann", "signed_out", ""),
        ("ann", "signed_in", "password"),
        ("(unknown)", "sign_in_failed", ""),
        ("ann", "sign_in_failed", ""),
    ] == told
