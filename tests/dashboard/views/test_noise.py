"""Links whose figures have noise, drawn once and within a budget."""

import datetime as dt
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentkit.dashboard.sharing.noise import available
from tests.dashboard.sinks import NOW, Desk, app_over
from tests.dashboard.views.partners import figures, make, partner, path_of

needs_opendp = pytest.mark.skipif(not available(), reason="the extra `dp` is not installed")


@needs_opendp
def test_noise_is_drawn_once_and_its_budget_kept(alone: Desk, folder: Path) -> None:
    """A reload, another process and another language show the same figures, which are not the true ones."""
    wish = {"period": "own", "from": "2026-10-01", "to": "2026-10-31", "epsilon": "0.5", "threshold": "50"}
    path = path_of(make(alone, **wish)[1])
    client = partner(alone)
    first = figures(client.get(path).text)
    assert len(first) >= 3
    for _ in range(3):
        again = TestClient(app_over(folder, alone.store), base_url="http://dash.example")
        assert first == figures(again.get(path).text)
    true = figures(client.get(path_of(make(alone, **{**wish, "epsilon": ""})[1])).text)
    assert first != true
    assert "1.5 of 1.5 used" in alone.get("/shares")
    assert "Differentially private" in client.get(path).text


@needs_opendp
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"period": "28d"}, "overlap"),
        ({"threshold": "10"}, "too small"),
        ({"epsilon": "7"}, "amounts of noise"),
    ],
)
def test_noise_that_would_protect_nothing_is_refused(alone: Desk, changes: dict[str, str], said: str) -> None:
    """Periods that overlap, and thresholds at which the list itself would tell of single views."""
    status, page = make(alone, **{"period": "last-month", "epsilon": "1", **changes})
    assert (400, True) == (status, said in page)


@needs_opendp
def test_a_link_whose_budget_is_used_up_shows_the_last_figures(alone: Desk, folder: Path) -> None:
    """It draws no more, and says so."""
    path = path_of(make(alone, period="last-month", epsilon="1")[1])
    assert 200 == partner(alone).get(path).status_code
    share = alone.store.shares.all()[0]
    year = 0
    while alone.store.shares.spent(share.id) + 3 <= (share.wish.budget or 0):
        day = dt.date(2000 + year, 1, 1)
        alone.store.shares.keep(share, day, day, {"headline": {}, "page": {}, "country": {}})
        year += 1
    december = TestClient(app_over(folder, alone.store, now=NOW + 20 * 86_400), base_url="http://dash.example")
    page = december.get(path, headers={"accept-language": "en"}).text
    assert "budget of this link is used up" in page
    assert "1 – 31 Oct 2026" in page.replace("\u00a0", " ")
