"""The table of links and of what was drawn for them."""

import datetime as dt
from pathlib import Path

import pytest

from consentkit.dashboard.store import Store, open_file
from consentkit.dashboard.store.shares import BudgetUsedUp, Share, ShareError, Wish
from tests.dashboard.sinks import CHEAP, NOW, TODAY

WISH = Wish("Agency", ("headline", "page"), "28d", 20, TODAY + dt.timedelta(days=7))
NOISY = Wish("Agency", ("page",), "2026-10-01/2026-10-31", 20, TODAY, epsilon=1.0, budget=2.0)
OCTOBER = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
SEPTEMBER = (dt.date(2026, 9, 1), dt.date(2026, 9, 30))
AUGUST = (dt.date(2026, 8, 1), dt.date(2026, 8, 31))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Empty tables."""
    return open_file(tmp_path / "dashboard.db", clock=lambda: NOW, hasher=CHEAP)


def made(store: Store, wish: Wish) -> tuple[str, Share]:
    """A link that was just made, with its secret."""
    secret = store.shares.add(wish, "ann")
    return secret, store.shares.all()[0]


def test_a_link_opens_by_its_secret_until_its_last_day(store: Store, tmp_path: Path) -> None:
    """The secret is stored nowhere; what it shows is read back as it was asked for."""
    secret, share = made(store, WISH)
    opened = store.shares.open(secret, TODAY)
    assert opened is not None
    assert (WISH, "ann", share.id) == (opened.wish, opened.author, opened.id)
    assert [TODAY] == [one.last_opened for one in store.shares.all()]
    assert store.shares.open(secret, WISH.expires)
    assert None is store.shares.open(secret, WISH.expires + dt.timedelta(days=1))
    assert secret.encode() not in (tmp_path / "dashboard.db").read_bytes()


@pytest.mark.parametrize("text", ["", "1", "' OR 1=1 --", "é", "x" * 1000, "%", "\x00"])
def test_nothing_else_opens_a_link(store: Store, text: str) -> None:
    """No number, no pattern, no text of any length."""
    made(store, WISH)
    assert None is store.shares.open(text, TODAY)


def test_a_revoked_link_stays_revoked(store: Store) -> None:
    """It is listed, and opens no more."""
    secret, share = made(store, WISH)
    assert store.shares.revoke(share.id)
    assert None is store.shares.open(secret, TODAY)
    assert [True] == [one.revoked for one in store.shares.all()]
    assert None is store.shares.revoke(share.id + 1)


def test_a_title_is_a_line(store: Store) -> None:
    """Spaces and line breaks are one space; an empty or a very long one is refused."""
    _, share = made(store, Wish("An\r\n  agency", ("page",), "28d", 20, TODAY))
    assert "An agency" == share.wish.title
    for title in ("", " \n", "x" * 81):
        with pytest.raises(ShareError, match="1 to 80"):
            store.shares.add(Wish(title, ("page",), "28d", 20, TODAY), "ann")


def test_figures_are_drawn_once(store: Store) -> None:
    """Whoever draws second, in another process too, gets what was drawn first, and it costs nothing more."""
    _, share = made(store, NOISY)
    assert None is store.shares.kept(share, *OCTOBER)
    assert {"page": {"/": 101}} == store.shares.keep(share, *OCTOBER, {"page": {"/": 101}})
    assert {"page": {"/": 101}} == store.shares.keep(share, *OCTOBER, {"page": {"/": 99}})
    assert {"page": {"/": 101}} == store.shares.kept(share, *OCTOBER)
    assert 1.0 == store.shares.spent(share.id)


def test_a_budget_is_used_up(store: Store) -> None:
    """Then nothing more is drawn, and what was drawn stays. Each link has its own."""
    _, share = made(store, NOISY)
    store.shares.keep(share, *AUGUST, {"page": {"/": 1}})
    store.shares.keep(share, *SEPTEMBER, {"page": {"/": 2}})
    with pytest.raises(BudgetUsedUp, match="budget of 2"):
        store.shares.keep(share, *OCTOBER, {"page": {"/": 3}})
    assert None is store.shares.kept(share, *OCTOBER)
    assert (2.0, SEPTEMBER) == (store.shares.spent(share.id), store.shares.last_kept(share))
    _, other = made(store, NOISY)
    assert (0.0, None) == (store.shares.spent(other.id), store.shares.last_kept(other))
    with pytest.raises(BudgetUsedUp):
        store.shares.keep(other, *OCTOBER, {"page": {}, "country": {}, "device": {}})
