"""The sample traffic: the same for the same seed, in order, and such as a small company's website has."""

import ipaddress
from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from consentkit.stats.breakdowns import ANSWERS, SHOWN
from consentkit.stats.facts import RequestFacts
from consentkit.stats.samples import Sample
from examples.company_site.places import COUNTRIES
from examples.company_site.traffic import sample_traffic
from examples.company_site.traffic_bots import PROGRAMS
from examples.company_site.traffic_data import BROWSERS
from tests.examples.conftest import client_with
from tests.stats.page_requests import text

ZONE = ZoneInfo("Europe/Amsterdam")
UNTIL = datetime(2026, 11, 23, 15, 30, tzinfo=ZONE)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return list(sample_traffic(days=90, until=UNTIL, seed=2026))


@pytest.fixture(scope="module")
def quarter(samples: list[Sample]) -> list[RequestFacts]:
    return [sample.facts for sample in samples]


def local_day(facts: RequestFacts) -> date:
    return datetime.fromtimestamp(facts.when, ZONE).date()


def by_person(facts: RequestFacts) -> bool:
    return bool(text(facts, "accept_language"))


def is_view(facts: RequestFacts) -> bool:
    page = facts.method == "GET" and facts.status == 200 and text(facts, "fetch_dest") == "document"
    return by_person(facts) and page and not text(facts, "purpose")


def views_by_day(requests: list[RequestFacts]) -> Counter[date]:
    return Counter(local_day(facts) for facts in requests if is_view(facts))


def test_the_same_seed_gives_the_same_requests() -> None:
    """Two runs are equal request by request; another seed differs."""
    first = list(sample_traffic(days=3, until=UNTIL, seed=1))

    assert first == list(sample_traffic(days=3, until=UNTIL, seed=1))
    assert first != list(sample_traffic(days=3, until=UNTIL, seed=2))


def test_requests_come_in_the_order_of_time(quarter: list[RequestFacts]) -> None:
    """They can be counted on their own clock, and none lies after the end or before the first day."""
    times = [facts.when for facts in quarter]

    assert times == sorted(times)
    assert times[-1] < UNTIL.timestamp()
    assert date(2026, 8, 25) == local_day(quarter[0])


def test_there_are_no_more_requests_than_a_start_can_wait_for(quarter: list[RequestFacts]) -> None:
    """90 days stay under 200,000 requests."""
    assert 150_000 < len(quarter) < 200_000


def test_days_have_the_size_and_rhythm_of_a_small_company(quarter: list[RequestFacts]) -> None:
    """Most days have 500 to 900 views; weekends are quieter; the quarter grows."""
    views = views_by_day(quarter)
    days = sorted(views)[:90]

    assert len([day for day in days if 450 <= views[day] <= 950]) >= 75
    saturdays = [views[day] for day in days if day.weekday() == 5]
    tuesdays = [views[day] for day in days if day.weekday() == 1]
    assert sum(saturdays) / len(saturdays) < 0.9 * sum(tuesdays) / len(tuesdays)
    assert sum(views[day] for day in days[:30]) < 0.95 * sum(views[day] for day in days[60:])


def test_hours_have_a_rhythm(quarter: list[RequestFacts]) -> None:
    """The night is quiet and the evening busy, in local time."""
    hours = Counter(datetime.fromtimestamp(facts.when, ZONE).hour for facts in quarter if is_view(facts))

    assert hours[3] * 10 < hours[20]


def test_there_are_a_campaign_a_news_day_and_an_outage(quarter: list[RequestFacts]) -> None:
    """Things have happened in the quarter, so that there is something to read in its chart."""
    views = views_by_day(quarter)

    assert views[date(2026, 10, 22)] > 1.5 * views[date(2026, 10, 15)]
    assert views[date(2026, 10, 14)] < 0.8 * views[date(2026, 10, 7)]
    assert {date(2026, 10, 14)} == {local_day(facts) for facts in quarter if facts.status == 503}
    tagged = {local_day(facts) for facts in quarter if b"utm_campaign=najaar" in facts.query}
    assert {date(2026, 11, day) for day in range(3, 10)} <= tagged


def test_about_three_of_ten_requests_come_from_programs(quarter: list[RequestFacts]) -> None:
    """Programs, assets, prefetches, missing pages and our own addresses are all there."""
    programs = {program.user_agent for program in PROGRAMS}
    share = sum(text(facts, "user_agent") in programs for facts in quarter) / len(quarter)

    assert 0.25 < share < 0.38
    assert programs == {text(facts, "user_agent") for facts in quarter if not by_person(facts)}
    assert any(text(facts, "purpose") == "prefetch" for facts in quarter)
    assert any(facts.own for facts in quarter)
    assert any(facts.path.startswith("/assets/") for facts in quarter)
    assert sum(facts.status == 404 for facts in quarter) > 1_000


def test_visits_have_one_to_eight_pages(quarter: list[RequestFacts]) -> None:
    """People read about two and a half pages a visit."""
    views = [facts for facts in quarter if is_view(facts)]
    entries = [facts for facts in views if text(facts, "fetch_site") != "same-origin"]

    assert 2.0 < len(views) / len(entries) < 3.5


def test_people_come_from_many_places_with_many_browsers(quarter: list[RequestFacts]) -> None:
    """All sample countries occur, most visitors are Dutch, and every one of about forty browsers is used."""
    people = [facts for facts in quarter if is_view(facts)]
    networks = {network: country.code for country in COUNTRIES for network in (str(country.ipv4), str(country.ipv6))}
    seen = Counter(networks[network_of(facts.address)] for facts in people)

    assert {country.code for country in COUNTRIES} == set(seen)
    assert 0.55 < seen["NL"] / len(people) < 0.72
    assert {browser.user_agent for browser in BROWSERS} == {text(facts, "user_agent") for facts in people}
    assert 36 <= len({browser.user_agent for browser in BROWSERS}) <= 48


def network_of(address: str | None) -> str:
    parsed = ipaddress.ip_address(address or "")
    if parsed.version == 6:
        return str(ipaddress.ip_network(f"{parsed}/40", strict=False))
    prefix = 24 if str(parsed).startswith("192.0.2.") else 28
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))


def test_moves_within_the_site_name_the_page_before(quarter: list[RequestFacts]) -> None:
    """A view that follows another has it as its referrer; an entry has a foreign one or none."""
    for facts in quarter[:20_000]:
        if is_view(facts):
            inside = text(facts, "referer").startswith(f"https://{text(facts, 'host')}/")
            assert inside == (text(facts, "fetch_site") == "same-origin")


def test_visitors_answer_the_banner_and_those_who_agreed_come_back(samples: list[Sample]) -> None:
    """Each answer occurs, nobody is measured while the banner asks, and who is measured is so over several visits."""
    answers = Counter(sample.facts.answer for sample in samples)
    assert {"", *ANSWERS} == set(answers)
    assert 0.5 < answers["consent_accepted"] / answers["consent_refused"] < 2
    assert not any(sample.person for sample in samples if sample.facts.answer == SHOWN)
    entries = Counter(
        id(sample.person) for sample in samples
        if sample.person and is_view(sample.facts) and text(sample.facts, "fetch_site") != "same-origin"
    )  # fmt: skip
    assert len(entries) > 1000
    assert max(entries.values()) >= 3


def test_there_is_something_to_see_in_every_list(samples: list[Sample], quarter: list[RequestFacts]) -> None:
    """Searches, downloads, campaigns with their terms, times to answer; and the site answers what is asked."""
    client = client_with()
    searched = {facts.path + "?" + facts.query.decode() for facts in quarter if facts.query.startswith(b"q=")}
    assert len(searched) >= 12
    assert {200} == {client.get(address).status_code for address in searched}
    downloads = {facts.path for facts in quarter if facts.path.endswith(".csv")}
    assert ["text/csv; charset=utf-8"] * 3 == [client.get(path).headers["content-type"] for path in sorted(downloads)]
    assert any(b"utm_term=" in facts.query for facts in quarter)
    linked = client.get("/nl/contact").text
    led = {facts.followed for facts in quarter if facts.followed}
    assert 2 == len([host for host in led if f'href="https://{host}/"' in linked])
    assert all(facts.took for facts in quarter)


def test_routes_are_those_of_the_site(quarter: list[RequestFacts]) -> None:
    """What a request is said to have been answered by is a template of the site's router."""
    app = client_with().app
    assert isinstance(app, Starlette)
    known = {getattr(route, "path", "") for route in app.routes} | {"/assets/{path:path}", ""}
    named = {facts.route for facts in quarter if facts.status in (200, 303)}
    assert named <= known


def test_an_end_without_time_zone_is_refused() -> None:
    """The message says how to mend it."""
    with pytest.raises(ValueError, match="ZoneInfo"):
        next(sample_traffic(days=1, until=datetime(2026, 11, 23), seed=1))
