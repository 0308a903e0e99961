"""Signed values of the dashboard."""

from base64 import urlsafe_b64decode

import pytest

from consentkit.dashboard.sessions import FORM_SECONDS, LINK_SECONDS, LONGEST, SESSION_SECONDS, Signed, sign_in_link

OLD, NEW = "the old secret of 32 characters..", "the new secret of 32 characters.."


def signed(now: float = 1_000_000, keys: tuple[str, ...] = (NEW,)) -> Signed:
    """A signer whose clock stands still."""
    return Signed(keys, clock=lambda: now)


def test_a_session_is_read_back_until_it_is_over() -> None:
    """Twelve hours, and not from the future either."""
    text = signed().session("id-1")
    assert "id-1" == signed(1_000_000 + SESSION_SECONDS).read_session(text)
    assert None is signed(1_000_000 + SESSION_SECONDS + 1).read_session(text)
    assert None is signed(1_000_000 - 60).read_session(text)


def test_one_use_does_not_serve_for_another() -> None:
    """A link's token is no session, a form's token no link."""
    one = signed()
    assert None is one.read_session(one.link("ann"))
    assert None is one.read_link(one.form("ann"))
    assert not one.read_form(one.link("ann"), "ann")


def test_old_keys_verify_and_only_the_first_signs() -> None:
    """So that a secret can be changed without signing everybody out."""
    old = signed(keys=(OLD,)).session("id-1")
    assert signed(keys=(NEW, OLD)).read_session(old)
    assert None is signed(keys=(NEW,)).read_session(old)
    assert signed(keys=(NEW,)).read_session(signed(keys=(NEW, OLD)).session("id-1"))


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é", "x" * (LONGEST + 1), ".eJxx.y.z", "\x00"])
def test_what_is_not_ours_is_nothing(text: str) -> None:
    """Forged, damaged, over-long or foreign values raise nothing."""
    assert (None, None, False) == (
        signed().read_session(text),
        signed().read_link(text),
        signed().read_form(text, "b"),
    )


def test_every_change_of_a_character_is_noticed() -> None:
    """The whole value is signed."""
    text = signed().session("id-1")
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        session = signed().read_session(changed)
        # The last character of base64 carries bits that decode to nothing.
        assert session is None or place == len(text) - 1


def test_a_form_belongs_to_one_session_for_some_hours() -> None:
    """Another session's token, or an old one, is refused."""
    text = signed().form("id-1")
    assert b"id-1" not in urlsafe_b64decode(text.partition(".")[0] + "==")
    assert signed().read_form(text, "id-1")
    assert not signed().read_form(text, "id-2")
    assert not signed(1_000_000 + FORM_SECONDS + 1).read_form(text, "id-1")


def test_a_sign_in_link_names_the_user_for_an_hour() -> None:
    """It leads to the dashboard's own address."""
    link = sign_in_link([NEW], "ann", "https://www.example.com/dashboard/", 1_000_000)
    address, _, token = link.partition("?token=")
    assert "https://www.example.com/dashboard/sign-in/link" == address
    found = signed(1_000_000 + LINK_SECONDS).read_link(token)
    assert found is not None
    assert "ann" == found.name
    assert found.id not in sign_in_link([NEW], "ann", "", 1_000_000)
    assert None is signed(1_000_000 + LINK_SECONDS + 1).read_link(token)


def test_no_secret_is_an_error() -> None:
    """The message says which one is needed."""
    with pytest.raises(ValueError, match="CONSENTKIT_SECRET"):
        Signed([])
