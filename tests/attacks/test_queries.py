"""The thresholds hold against whoever combines what the dashboard answers: periods, lists, searches, downloads, links.

A small site's sink is made by the release rule and read at several moments. Random sequences of questions are asked of
it; no figure by value, and no difference of two of which one is part of the other, is below the threshold.
"""

import csv
import datetime as dt
import html
import io
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from consentkit.dashboard import Role, Store, open_file, sign_in_link
from consentkit.dashboard.exports import LONGEST
from consentkit.dashboard.sharing.folding import thresholds
from consentkit.dashboard.store.shares import Wish
from consentkit.dashboard.views.lists import PER_PAGE
from consentkit.dashboard.views.shared import ROWS
from consentkit.stats.model import BatchId, Release
from consentkit.stats.release import Rule
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.attacks.traffic import FIRST_DAY, ZONE, Site, an_observer, requests_of
from tests.attacks.world import CROSSINGS, PATIENCE_DAYS, K
from tests.dashboard.sinks import CHEAP, KEYS, OPENED, PASSWORD, app_over
from tests.support.stepwise import Stepwise, by_day

SITE = Site(visits=40, days=42)
FIRST = dt.date(2026, 9, 1)
READ_ON = (12.6, 29.99, 30.6, 38.3, 38.9)
"""Days after the first, at which the sink is read: twice on one of them, and around the end of a month."""
CARDS = ("page", "country", "channel", "referrer", "browser", "device", "language", "entry")
ROW = re.compile(r'<bdi(?: title="[^"]*")?>([^<]*)</bdi>(?:(?!</tr>).)*?<td class="figure">([\d,]+)</td>', re.S)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and its answer: figures by value of the days `first` to `last`, as they were at a reading.

    `of` says what the figures are of; `least` is the threshold that they must keep, `most` how many values it lists.
    """

    of: tuple[str, ...]
    least: int
    most: int
    reading: int
    first: dt.date
    last: dt.date
    figures: dict[str, int]

    def of_value(self, value: str) -> int | None:
        """The figure of a value, None where the list is cut off before it."""
        return self.figures.get(value, 0 if len(self.figures) < self.most else None)

    def holds(self, other: "Asked") -> bool:
        """Whether all that the other counts is counted here too."""
        inside = self.first <= other.first and other.last <= self.last
        return self.of == other.of and other.reading <= self.reading and inside


@dataclass
class Reader:
    """Somebody with every way to ask: signed in, and with links of several thresholds."""

    days: list[float]
    clients: list[TestClient]
    store: Store
    links: dict[tuple[str, int], str] = field(default_factory=dict)
    asked: int = 0

    def list(self, reading: int, card: str, first: dt.date, last: dt.date, **query: str) -> Iterator[Asked]:
        """A list of the dashboard."""
        asked = urlencode({"card": card, "from": first, "to": last, **query})
        page = self.clients[reading].get(f"/list?{asked}").text
        figures = {html.unescape(value): int(count.replace(",", "")) for value, count in ROW.findall(page)}
        yield Asked(("list", card, *map(str, query.items())), K, PER_PAGE, reading, first, last, figures)

    def program(self, reading: int, card: str, first: dt.date, last: dt.date, where: str) -> Iterator[Asked]:
        """The API, with a token of its own for each question, for one alone may not ask that often."""
        self.asked += 1
        secret = self.store.tokens.add(f"program-{self.asked}")
        name = "page" if card in ("entry", "exit") else card
        asked = urlencode({"from": first, "to": last, "limit": 500, **({"where": where} if where else {})})
        headers = {"authorization": f"Bearer {secret}"}
        answer = self.clients[reading].get(f"/api/v1/breakdowns/{name}?{asked}", headers=headers)
        if answer.status_code == 200:
            figures = {row["value"]: int(row["count"]) for row in answer.json()["data"]}
            yield Asked(("program", card, where), K, 500, reading, first, last, figures)

    def file(self, reading: int, card: str, first: dt.date, last: dt.date) -> Iterator[Asked]:
        """A download, every metric of it."""
        asked = urlencode({"card": card, "from": first, "to": last})
        rows = list(csv.DictReader(io.StringIO(self.clients[reading].get(f"/list.csv?{asked}").text.lstrip("\ufeff"))))
        for metric in rows[0].keys() - {"value"} if rows else ():
            figures = {row["value"].lstrip("'"): int(row[metric]) for row in rows}
            yield Asked(("file", card, metric), K, LONGEST, reading, first, last, figures)

    def link(self, reading: int, card: str, period: str, threshold: int) -> Iterator[Asked]:
        """A partner's link, opened without a session."""
        key = (period, threshold)
        if key not in self.links:
            wish = Wish("x", CARDS, period, threshold, dt.date(2027, 1, 1))
            self.links[key] = self.store.shares.add(wish, "ann")
        client = self.clients[reading]
        page = client.get(f"/shared/{self.links[key]}", headers={"cookie": ""}).text
        part = re.search(rf'<section class="panel card {card}".*?</section>', page, re.S)
        span = re.search(r'datetime="([\d-]+)/([\d-]+)"', page)
        if part and span:
            figures = {html.unescape(value): int(count.replace(",", "")) for value, count in ROW.findall(part[0])}
            first, last = (dt.date.fromisoformat(day) for day in span.groups())
            yield Asked(("link", card, str(threshold)), threshold, ROWS, reading, first, last, figures)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The sink at every reading, each behind a dashboard; what the dashboards keep for themselves is one file."""
    folder = tmp_path_factory.mktemp("queries")
    observer, sink = an_observer(), SqliteSink(folder / "stats.db", CROSSINGS)
    sink.describe({"threshold": str(K), "timezone": ZONE.key, "site": "Small"})
    stepwise, released, number = Stepwise(Rule(K, PATIENCE_DAYS, ZONE), CROSSINGS), list[Release](), 0
    store = open_file(folder / "dashboard.db", clock=lambda: FIRST_DAY, hasher=CHEAP)
    store.users.add("ann", PASSWORD, Role.EDITOR)
    made = Reader(list(READ_ON), [], store)
    waiting = list(READ_ON)
    for facts in (*requests_of(SITE), None):
        while waiting and (facts is None or facts.when >= FIRST_DAY + waiting[0] * 86_400):
            # What came between two readings is written at once, a day's releases as one.
            for release in by_day(released).values():
                number += 1
                sink.apply(BatchId("private", number), release)
            released.clear()
            made.clients.append(_client(folder, store, sink, waiting.pop(0)))
        if facts is not None:
            released += stepwise.add(observer.observe(facts), facts.when)
    sink.close()
    return made


def _client(folder: Path, store: Store, sink: SqliteSink, day: float) -> TestClient:
    """A browser, signed in, before a dashboard over a copy of the sink as it is."""
    copy = folder / f"{day}"
    copy.mkdir()
    for file in folder.glob("stats.db*"):
        shutil.copy(file, copy / file.name)
    now = FIRST_DAY + day * 86_400
    client = TestClient(app_over(copy, store, now=now), base_url="http://dash.example")
    client.headers["accept-language"] = "en"
    client.get(sign_in_link(KEYS, "ann", "http://dash.example", now), headers=OPENED)
    return client


def below(answers: list[Asked]) -> list[tuple[Asked, Asked | None, str, int]]:
    """Every figure, and every difference of two of which one is part of the other, that is below the threshold."""
    found: list[tuple[Asked, Asked | None, str, int]] = []
    for one in answers:
        found += [(one, None, value, count) for value, count in one.figures.items() if 0 < count < one.least]
    for whole, part in product(answers, answers):
        if whole is not part and whole.holds(part):
            for value in whole.figures.keys() | part.figures.keys():
                more, less = whole.of_value(value), part.of_value(value)
                if more is not None and less is not None and (more < less or 0 < more - less < whole.least):
                    found.append((whole, part, value, more - less))
    return found


days = st.integers(0, SITE.days - 1)
readings = st.integers(0, len(READ_ON) - 1)
filters = st.sampled_from(["", "", "country:NL", "country:DE", "channel:search", "device:desktop", "page:/products"])
rolling = st.sampled_from(["7d", "28d", "month", "last-month"])
questions = st.one_of(
    st.tuples(st.just("list"), readings, st.sampled_from(CARDS), days, days, filters),
    st.tuples(st.just("program"), readings, st.sampled_from(CARDS), days, days, filters),
    st.tuples(st.just("file"), readings, st.sampled_from(CARDS), days, days),
    st.tuples(st.just("link"), readings, st.sampled_from(CARDS), st.tuples(days, days) | rolling,
              st.sampled_from(thresholds(K)[:3])),
)  # fmt: skip


def ask(reader: Reader, question: tuple) -> Iterator[Asked]:  # type: ignore[type-arg]
    """Ask one question."""
    way, reading, card, *rest = question
    if way == "link":
        period, threshold = rest
        if isinstance(period, tuple):
            first, last = (FIRST + dt.timedelta(days=day) for day in sorted(period))
            period = f"{first}/{last}"
        yield from reader.link(reading, card, period, threshold)
        return
    # Days to come are cut off by the dashboard; today is the last.
    first, last = (FIRST + dt.timedelta(days=min(day, int(READ_ON[reading]))) for day in sorted(rest[:2]))
    breakdown, _, value = rest[-1].partition(":") if way != "file" else ("", "", "")
    if way == "list":
        yield from reader.list(reading, card, first, last, **({f"only.{breakdown}": value} if value else {}))
    elif way == "program":
        yield from reader.program(reading, card, first, last, rest[-1])
    else:
        yield from reader.file(reading, card, first, last)


@given(st.lists(questions, min_size=20, max_size=30))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
def test_no_sequence_of_questions_undoes_a_threshold(reader: Reader, asked: list[tuple]) -> None:  # type: ignore[type-arg]
    """Whatever is asked in whatever order, at several moments."""
    answers = [answer for question in asked for answer in ask(reader, question)]
    assert [] == below(answers)


def test_every_link_of_one_card_over_all_periods_holds(reader: Reader) -> None:
    """One list, all that moving and fixed periods show at every reading, 20 and 50 apart."""
    choose = random.Random(7)
    answers = []
    for threshold in thresholds(K)[1:3]:
        for reading in range(len(READ_ON)):
            for period in ("7d", "28d", "month", "last-month"):
                answers += reader.link(reading, "page", period, threshold)
            for _ in range(3):
                first, last = sorted(choose.sample(range(SITE.days), 2))
                text = f"{FIRST + dt.timedelta(days=first)}/{FIRST + dt.timedelta(days=last)}"
                answers += reader.link(reading, "page", text, threshold)
    assert [] == below(answers)
    assert any(len(answer.figures) > 3 for answer in answers)


def test_the_same_questions_find_what_no_threshold_protects(reader: Reader) -> None:
    """The control: a list of the dashboard, whose threshold is 10, breaks one of 20; so the search does find."""
    answers = [
        answer
        for reading in range(len(READ_ON))
        for last in range(2, int(READ_ON[reading]), 5)
        for answer in reader.list(reading, "page", FIRST, FIRST + dt.timedelta(days=last))
    ]
    assert [] == below(answers)
    stricter = [Asked(a.of, 20, a.most, a.reading, a.first, a.last, a.figures) for a in answers]
    assert len(below(stricter)) > 10


def test_filters_are_asked_and_answered(reader: Reader) -> None:
    """The search for leaks would find none in lists that are empty."""
    first, last = FIRST, FIRST + dt.timedelta(days=38)
    for where in ("country:NL", "device:desktop"):
        breakdown, _, value = where.partition(":")
        (seen,) = reader.list(4, "page", first, last, **{f"only.{breakdown}": value})
        (read,) = reader.program(4, "page", first, last, where)
        named = {value: count for value, count in seen.figures.items() if value.startswith("/")}
        assert named == {value: read.figures[value] for value in named}
        assert len(seen.figures) > 3
