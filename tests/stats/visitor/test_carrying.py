"""The visitor's own state over HTTP: who gets it, what it adds, and what nobody can add with it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from consentkit.stats.model import Cell
from consentkit.stats.visitor.codec import StateCodec
from tests.support.asgi import Answer, exchange, http_scope
from tests.support.sites import KEY, NOW, consent_cookie
from tests.support.visit_site import ARRIVES, NAVIGATE, ONWARD, Site, lines_of


@pytest.fixture
def exempt(tmp_path: Any) -> Site:
    """A site under an exemption."""
    return Site(tmp_path, exemption="fr")


def test_a_visit_is_counted_by_increments(exempt: Site) -> None:
    """Three pages, 40 seconds, one goal by its path and one in code; the next day the visitor is new on that day."""
    exempt.open("/", ARRIVES)
    for seconds, path in ((15, "/thanks"), (40, "/called")):
        exempt.now = NOW + seconds
        exempt.open(path, ONWARD)
    found = exempt.counts()
    expected = {
        "measured": 1, "engaged": 1, "new_day": 1, "new_week": 1, "new_month": 1, "new_ever": 1, "reached_2_pages": 1,
        "reached_3_pages": 1, "reached_10_s": 1, "reached_30_s": 1, "conversions": 2,
    }  # fmt: skip
    assert expected == {metric: found[metric] for metric in found if metric in expected or "reached" in metric}
    exempt.now = NOW + 86_400
    exempt.open("/", ARRIVES)
    found = exempt.counts()
    assert (1, 1, 0, 0) == tuple(found[name] for name in ("measured", "new_day", "new_week", "new_ever"))


def test_an_entry_that_is_shown_again_is_no_visit_of_anybody(exempt: Site) -> None:
    """Firefox says of a reload what it said of the entry; the totals of all visits follow what the visitor carries."""
    exempt.open("/", ARRIVES)
    exempt.now = NOW + 20
    exempt.open("/", ARRIVES)
    found = exempt.counts()
    names = ("views", "visits", "measured", "engaged", "reached_10_s")
    assert (2, 1, 1, 0, 1) == tuple(found[name] for name in names)
    exempt.now = NOW + 40
    exempt.open("/other", ARRIVES)
    found = exempt.counts()
    assert (1, 1, 1, 0, 0) == tuple(found[name] for name in names)


def test_what_a_visit_brings_stands_by_how_it_began(exempt: Site) -> None:
    """Channel, campaign and page of the entry, also for what happens pages later."""
    search = (b"referer", b"https://www.google.com/")
    exempt.open("/landing", (b"sec-fetch-site", b"cross-site"), search, query_string=b"utm_campaign=spring")
    exempt.open("/thanks", ONWARD, (b"referer", b"https://www.example.com/landing"))
    cells = exempt.tally.take().cells
    found = {(cell.breakdown, cell.value) for cell in cells if cell.metric == "conversions"}
    assert {
        ("channel", "search"), ("campaign", "spring"), ("page", "/landing"), ("goal", "contact"),
        ("channel_by_device", "search × desktop"),
    } <= found  # fmt: skip
    assert ("engaged", "/landing") in {(cell.metric, cell.value) for cell in cells if cell.breakdown == "page"}


def test_a_funnel_counts_who_came_all_the_way(tmp_path: Any) -> None:
    """In order and once a visit, whatever comes between; a page opened out of turn is no step."""
    funnels = [
        {"id": "order", "steps": ["/basket", "/address", "/thanks"]},
        {"id": "help", "steps": ["/faq", "/contact"]},
    ]
    site = Site(tmp_path, exemption="fr", funnels=funnels)
    walk = ("/thanks", "/basket", "/faq", "/basket", "/address", "/address", "/thanks")
    for number, path in enumerate(walk):
        site.open(path, ONWARD if number else ARRIVES)
    cells = site.tally.take().cells
    assert {"order: 1": 1, "order: 2": 1, "order: 3": 1, "help: 1": 1} == {
        cell.value: count for cell, count in cells.items() if cell.breakdown == "funnel"
    }
    site.open("/address", ARRIVES)
    assert not [cell for cell in site.tally.take().cells if cell.breakdown == "funnel"]


def test_the_cookie_is_as_protected_as_the_choice_and_its_end_is_fixed(exempt: Site) -> None:
    """Rules C23 and C31: visits do not prolong it; the page it comes with is private."""
    answer = exempt.open("/", ARRIVES)
    [line] = lines_of(answer)
    name, *attributes = line.decode().split("; ")
    assert name.startswith("__Host-consentkit_visit=")
    end = datetime(2027, 12, 1, tzinfo=UTC)
    left = (end.date() - datetime.fromtimestamp(NOW, UTC).date()).days * 86_400
    assert ["Path=/", f"Max-Age={left}", "HttpOnly", "SameSite=Lax", "Secure"] == attributes
    assert b"private" in (answer.get(b"cache-control") or b"")
    exempt.now = NOW + 100 * 86_400
    [line] = lines_of(exempt.open("/", ARRIVES))
    assert f"Max-Age={left - 100 * 86_400};".encode() in line


def test_over_http_the_cookie_has_no_prefix(exempt: Site) -> None:
    """Browsers take the prefix from https alone."""
    [line] = lines_of(exempt.open("/", ARRIVES, scheme="http"))
    assert line.startswith(b"consentkit_visit=")
    assert b"Secure" not in line


@pytest.mark.parametrize(
    ("path", "headers", "scope"),
    [
        ("/", [(b"sec-purpose", b"prefetch")], {}),
        ("/", [(b"sec-purpose", b"prefetch;prerender")], {}),
        ("/", [(b"sec-fetch-dest", b"iframe")], {}),
        ("/", [(b"sec-fetch-dest", b"empty"), (b"sec-fetch-mode", b"cors")], {}),
        ("/", [(b"sec-fetch-dest", b""), (b"sec-fetch-mode", b"")], {}),
        ("/", [], {"method": "HEAD"}),
        ("/", [], {"method": "POST"}),
        ("/", [(b"sec-gpc", b"1")], {}),
        ("/picture", [], {}),
        ("/moved", [], {}),
        ("/consent/", [], {}),
        ("/consent/state", [], {}),
    ],
)
def test_nothing_but_a_persons_page_view_sets_it(exempt: Site, path: str, headers: Any, scope: Any) -> None:
    """Neither what a browser fetches in advance or beside, nor our own pages, nor against the signal."""
    assert [] == lines_of(exempt.open(path, *headers, **scope))
    assert 0 == exempt.counts()["measured"]


def test_a_program_is_nobody(exempt: Site) -> None:
    """Once its user agent has been looked up it gets no cookie; before, what it carries counts nothing."""
    googlebot = (b"user-agent", b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    exempt.open("/", googlebot, ARRIVES)
    assert 0 == exempt.counts()["measured"]
    assert [] == lines_of(exempt.open("/", googlebot, ARRIVES))


def test_the_app_neither_sees_nor_sets_it(exempt: Site) -> None:
    """It is no identifier that a site could use for something else."""
    exempt.open("/", ARRIVES)
    answer = exempt.open("/greedy", ONWARD)
    assert b"consentkit_visit=" not in answer.body
    assert 1 == len(lines_of(answer))
    assert b"mine" not in lines_of(answer)[0]


def test_without_an_exemption_it_waits_for_consent(tmp_path: Any) -> None:
    """A visit that is under way begins to be measured at the next page after the choice; a withdrawal deletes it."""
    site = Site(tmp_path, visitor_state=True)
    assert [] == lines_of(site.open("/", ARRIVES))
    site.choice = consent_cookie(site.kit, "consentkit_visit")
    assert 1 == len(lines_of(site.open("/next", ONWARD)))
    assert 1 == site.counts()["measured"]
    withdrawn = site.open("/consent/withdraw", method="POST", body=b"")
    assert any(b"Max-Age=0" in line for line in lines_of(withdrawn))
    site.choice = consent_cookie(site.kit)
    refused = site.open("/", ONWARD, visit=b"still.there")
    assert all(b"Max-Age=0" in line for line in lines_of(refused))
    assert 0 == site.counts()["measured"]


def test_an_opt_out_of_what_is_exempt_holds(exempt: Site) -> None:
    """The preferences page offers it, a refusal deletes the cookie, and none comes back (rule C24)."""
    exempt.open("/", ARRIVES)
    preferences = exempt.open("/consent/").text
    assert 'value="consentkit_visit" checked' in preferences
    assert "Dit staat aan totdat u het weigert" in preferences
    answer = exempt.open("/consent/", method="POST", body=b"choice=refuse_all")
    assert any(b"Max-Age=0" in line for line in lines_of(answer))
    exempt.choice = consent_cookie(exempt.kit)
    assert [] == lines_of(exempt.open("/", ARRIVES, visit=b""))


@pytest.mark.parametrize("forged", [b"x", b"1." * 200, b"\xff\x00", b"a.b.c.d", b"=;", b"1" * 5000])
def test_a_forged_cookie_is_none(exempt: Site, forged: bytes) -> None:
    """It counts as no cookie does: at most one new visitor, as one honest view could."""
    exempt.open("/", ARRIVES, visit=forged)
    found = exempt.counts()
    assert (1, 1, 1) == (found["measured"], found["new_day"], found["views"])


def test_a_cookie_of_another_key_is_none(exempt: Site, tmp_path: Any) -> None:
    """Nor is one that was cut off in the middle."""
    exempt.open("/", ARRIVES)
    exempt.counts()
    state = StateCodec([KEY]).decode(exempt.visit.decode())
    assert state is not None
    for value in (StateCodec(["k" * 40]).encode(state).encode(), exempt.visit[:-1]):
        exempt.open("/", ONWARD, visit=value)
        assert 1 == exempt.counts()["new_ever"]


def test_a_replayed_cookie_adds_no_more_than_its_views(exempt: Site) -> None:
    """Each replay adds to each figure at most once, as an honest view does."""
    exempt.open("/", ARRIVES)
    old = exempt.visit
    exempt.counts()
    for number in range(5):
        exempt.now = NOW + 3600 * (number + 1)
        exempt.open("/", ONWARD, visit=old)
        assert all(count <= 1 for name, count in exempt.counts().items() if name not in ("bytes", "load"))


def test_what_is_asked_and_answered_is_counted(tmp_path: Any) -> None:
    """Each view with a banner, and each answer by language, device and policy; a repeated one is none."""
    site = Site(tmp_path, visitor_state=True)
    site.open("/", ARRIVES)
    site.open("/next", ONWARD)
    form = {"method": "POST", "body": b"choice=refuse_all"}
    site.open("/consent/", ONWARD, **form)
    site.choice = consent_cookie(site.kit)
    site.open("/consent/", ONWARD, **form)
    site.open("/", ONWARD)
    site.open("/consent/", ONWARD, method="POST", body=b"choice=accept_all")
    site.choice = consent_cookie(site.kit, "consentkit_visit", "ads")
    site.open("/consent/withdraw", ONWARD, method="POST")
    cells = site.tally.take()
    found = {metric: count for (_, metric), count in cells.totals.items() if metric.startswith("consent_")}
    assert {"consent_shown": 2, "consent_refused": 1, "consent_accepted": 1, "consent_withdrawn": 1} == found
    policy = site.kit.config.declaration.policy_version
    for place in (("language", "nl"), ("device", "desktop"), ("policy", policy)):
        assert 2 == cells.cells[Cell(*place, "consent_shown")], place
        assert 1 == cells.cells[Cell(*place, "consent_withdrawn")], place


def test_an_answer_by_a_program_is_none(tmp_path: Any) -> None:
    """Nobody was asked."""
    site = Site(tmp_path)
    program = (b"user-agent", b"curl/8.5.0")
    site.open("/", program, ARRIVES)
    site.open("/consent/", program, ONWARD, method="POST", body=b"choice=accept_all")
    assert not {metric for metric in site.counts() if metric.startswith("consent_")}


def test_many_at_once_do_not_mix(exempt: Site) -> None:
    """Each request goes on from its own cookie."""

    async def all_at_once() -> list[Any]:
        scopes = [http_scope(f"/{number}", headers=[*NAVIGATE, ARRIVES]) for number in range(20)]
        return await asyncio.gather(*(exchange(exempt.app, scope) for scope in scopes))

    entries = set()
    for messages in asyncio.run(all_at_once()):
        [line] = lines_of(Answer(messages))
        state = StateCodec([KEY]).decode(line.decode().partition("=")[2].partition(";")[0])
        assert state is not None
        entries.add(state.source.entry)
    assert 20 == exempt.counts()["measured"]
