"""Where people change their own password."""

from pathlib import Path

import pytest

from consentkit.dashboard.sessions import Signed
from consentkit.dashboard.store.sessions import OIDC
from consentkit.roles import Role
from tests.dashboard.sinks import KEYS, NOW, PASSWORD, Desk, desk
from tests.dashboard.views.forms import SAME, Answer, post, submit, token_of

NEW = "quite another password"


@pytest.fixture(params=["", "/dashboard"], ids=["alone", "mounted"])
def front(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A dashboard with a reader signed in."""
    front = desk(tmp_path, root=request.param)
    front.sign_in()
    return front


def change(front: Desk, now: str = PASSWORD, new: str = NEW) -> Answer:
    """Fill in the form."""
    return submit(front, "/account", "/account", {"password": now, "new": new})


def test_a_password_is_changed_by_who_knows_it(front: Desk) -> None:
    """This browser stays signed in, with a new session; others are signed out; the trail tells."""
    elsewhere, here = front.store.sessions.begin("ann"), front.client.cookies["consentkit_staff"]
    assert (303, f"{front.root}/account?changed=1") == change(front)
    assert "is changed" in front.get("/account?changed=1")
    assert here != front.client.cookies["consentkit_staff"]
    assert None is front.store.sessions.find(elsewhere)
    assert front.users.check("ann", NEW)
    assert "password_changed" in [entry.what for entry in front.store.trail.latest(2)]


@pytest.mark.parametrize(
    ("now", "new", "said"), [("wrong", NEW, "not your password"), (PASSWORD, "short", "12 to 256")]
)
def test_nothing_is_changed_without_the_password_or_by_a_bad_one(front: Desk, now: str, new: str, said: str) -> None:
    """The session stays as it is."""
    status, page = change(front, now, new)
    assert (400, True) == (status, said in page)
    assert front.users.check("ann", PASSWORD)
    assert "Your account" in front.get("/account")


def test_an_open_browser_is_no_place_to_guess(front: Desk) -> None:
    """After some wrong tries even the right password has to wait."""
    for _ in range(4):
        change(front, "wrong")
    assert 400 == change(front)[0]
    assert front.users.check("ann", PASSWORD)


def test_a_form_from_another_site_changes_nothing(front: Desk) -> None:
    """With the right token too."""
    fields = {"form": token_of(front.get("/account")), "password": PASSWORD, "new": NEW}
    foreign = {**SAME, "sec-fetch-site": "cross-site"}
    assert 403 == post(front.client, f"{front.root}/account", fields, foreign)[0]  # type: ignore[arg-type]
    assert front.users.check("ann", PASSWORD)


def test_a_guest_has_no_password_here(front: Desk) -> None:
    """Also one who is called as a user here is: that one's password is not theirs to change."""
    id_ = front.store.sessions.begin("ann", OIDC, Role.READER)
    front.client.cookies.clear()
    front.client.cookies.set("consentkit_staff", Signed(KEYS, clock=lambda: NOW).session(id_), domain="dash.example")
    page = front.get("/account")
    assert "changed there" in page
    fields: dict[str, str | list[str]] = {"form": token_of(page), "password": PASSWORD, "new": NEW}
    assert 400 == post(front.client, f"{front.root}/account", fields)[0]
    assert front.users.check("ann", PASSWORD)
