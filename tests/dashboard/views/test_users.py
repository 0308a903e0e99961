"""Where administrators look after users, tokens and the audit trail."""

import re
from pathlib import Path

import pytest

from consentkit.dashboard import Role
from tests.dashboard.sinks import PASSWORD, Desk, desk
from tests.dashboard.views.forms import SAME, Answer, post, submit, token_of

PATHS = ("add", "role", "password", "disable", "enable", "end", "remove", "add-token", "revoke-token")


@pytest.fixture(params=["", "/dashboard"], ids=["alone", "mounted"])
def front(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A dashboard with ann, an administrator, signed in; bob is an editor."""
    front = desk(tmp_path, root=request.param, role=Role.ADMINISTRATOR)
    front.users.add("bob", PASSWORD, Role.EDITOR)
    front.sign_in()
    return front


@pytest.fixture
def alone(tmp_path: Path) -> Desk:
    """The same, not mounted."""
    front = desk(tmp_path, role=Role.ADMINISTRATOR)
    front.users.add("bob", PASSWORD, Role.EDITOR)
    front.sign_in()
    return front


def act(front: Desk, deed: str, **fields: str) -> Answer:
    """Send one of the page's forms."""
    return submit(front, "/users", f"/users/{deed}", dict(fields))


def test_a_user_is_looked_after(front: Desk) -> None:
    """Added, given another role and password, kept out, let in, removed; each change is noted."""
    done = (303, f"{front.root}/users")
    assert done == act(front, "add", name="carol", password="quite a long one", role="reader")
    bobs = front.store.sessions.begin("bob")
    assert done == act(front, "role", name="bob", role="reader")
    assert None is front.store.sessions.find(bobs)
    assert done == act(front, "password", name="bob", password="another long one")
    assert front.users.check("bob", "another long one")
    assert done == act(front, "disable", name="bob")
    assert "Disabled" in front.get("/users")
    assert done == act(front, "enable", name="bob")
    assert done == act(front, "remove", name="bob")
    assert [("ann", Role.ADMINISTRATOR), ("carol", Role.READER)] == [(u.name, u.role) for u in front.users.all()]
    told = [(entry.what.value, entry.subject) for entry in front.store.trail.latest(6)]
    assert [
        ("user_removed", "bob"), ("user_enabled", "bob"), ("user_disabled", "bob"), ("password_changed", "bob"),
        ("role_changed", "bob: reader"), ("user_added", "carol"),
    ] == told  # fmt: skip
    page = front.get("/trail")
    assert "Changed a password:" in page
    assert "another long one" not in page + front.get("/users")


@pytest.mark.parametrize(
    ("deed", "fields", "said"),
    [
        ("add", {"name": "a b", "password": "quite a long one", "role": "reader"}, "A name has 1 to 64"),
        ("add", {"name": "bob", "password": "quite a long one", "role": "reader"}, "a user of that name"),
        ("add", {"name": "carol", "password": "short", "role": "reader"}, "12 to 256"),
        ("add", {"name": "carol", "password": "quite a long one", "role": "root"}, "command line"),
        ("role", {"name": "ann", "role": "reader"}, "Your own role"),
        ("role", {"name": "nobody", "role": "reader"}, "any more"),
        ("disable", {"name": "ann"}, "Your own role"),
        ("remove", {"name": "ann"}, "Your own role"),
        ("remove", {}, "any more"),
        ("password", {"name": "bob", "password": "short"}, "12 to 256"),
        ("revoke-token", {"name": "nothing"}, "any more"),
        ("add-token", {"name": "<b>"}, "A name has 1 to 64"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(
    alone: Desk, deed: str, fields: dict[str, str], said: str
) -> None:
    """Nobody locks themselves out, and nothing is noted."""
    before = (alone.users.all(), alone.store.tokens.all(), len(alone.store.trail.latest(9)))
    status, page = act(alone, deed, **fields)
    assert (400, True) == (status, said in page)
    assert before == (alone.users.all(), alone.store.tokens.all(), len(alone.store.trail.latest(9)))


def test_a_token_is_shown_once(alone: Desk) -> None:
    """Then its name and its last use only."""
    status, page = act(alone, "add-token", name="grafana")
    found = re.search(r'value="(ck_[\w-]{43})"', page)
    assert (200, True) == (status, found is not None)
    assert found is not None
    assert alone.store.tokens.check(found[1])
    later = alone.get("/users")
    assert found[1] not in later
    assert "last used 23" in later
    assert 303 == act(alone, "revoke-token", name="grafana")[0]
    assert None is alone.store.tokens.check(found[1])


def test_a_guest_of_the_companys_own_sign_in_is_signed_out(alone: Desk) -> None:
    """Who has no row among the users is listed while signed in."""
    guest = alone.store.sessions.begin("carol", "oidc", Role.READER)
    assert "by the company’s own sign-in" in alone.get("/users")
    act(alone, "end", name="carol")
    assert None is alone.store.sessions.find(guest)
    assert "carol" not in alone.get("/users")


@pytest.mark.parametrize("role", [Role.READER, Role.EDITOR])
def test_only_administrators_see_or_do_anything_here(alone: Desk, role: Role) -> None:
    """A name is no right to it, nor is a form token of an administrator's, nor one's own."""
    theirs = token_of(alone.get("/users"))
    alone.users.set_role("ann", role)
    alone.sign_in()
    own = token_of(alone.get("/"))
    for page in ("/users", "/trail"):
        answer = alone.client.get(page)
        assert (403, False, True) == (answer.status_code, "bob" in answer.text, "Your role" in answer.text)
        assert f'href="{page}"' not in alone.get("/")
    before = (alone.users.all(), alone.store.tokens.all())
    for path in PATHS:
        for token in (own, theirs):
            fields = {"name": "bob", "role": "administrator", "password": "quite a long one", "form": token}
            assert 403 == post(alone.client, f"/users/{path}", fields)[0]
    assert before == (alone.users.all(), alone.store.tokens.all())


def test_a_form_from_elsewhere_does_nothing(alone: Desk) -> None:
    """Another site's page with the right token, no token, or by following a link."""
    token = token_of(alone.get("/users"))
    foreign = {**SAME, "sec-fetch-site": "cross-site"}
    for path in PATHS:
        assert 403 == post(alone.client, f"/users/{path}", {"name": "bob", "form": token}, foreign)[0]
        assert 403 == post(alone.client, f"/users/{path}", {"name": "bob"})[0]
        assert 405 == alone.client.get(f"/users/{path}?name=bob&form={token}").status_code
    assert ["ann", "bob"] == [user.name for user in alone.users.all()]


def test_a_changed_role_holds_at_once(alone: Desk) -> None:
    """An administrator who is made a reader in another window is one with the next click."""
    token = token_of(alone.get("/users"))
    alone.users.set_role("ann", Role.READER)
    assert "/sign-in" in post(alone.client, "/users/remove", {"name": "bob", "form": token})[1]
    assert alone.users.get("bob")


@pytest.mark.parametrize("offset", ["0", "50", "-1", "x", "99999999999999999999", "²", "9999999"])
def test_the_trail_is_read_page_by_page(alone: Desk, offset: str) -> None:
    """Any text in the address is answered."""
    answer = alone.client.get("/trail", params={"offset": offset})
    assert 200 == answer.status_code
