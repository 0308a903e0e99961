"""The rules that only the inside of a site shows: proof (C20), no nagging over half a year (C21), asking anew (C22)."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from consentkit import ConsentKit
from consentkit.consent.ledger.store import Ledger
from tests.support.asgi import DOCUMENT, answering, ask
from tests.support.sites import NOW, kit_of, service, settings

DAY = 86_400
AGENT, ADDRESS = "CanaryAgent/7.31", "203.0.113.77"


@dataclass
class Person:
    """A visitor whose browser keeps one cookie; `now` is the time at the site in epoch seconds."""

    make: Callable[..., ConsentKit] = kit_of
    now: float = NOW
    cookie: bytes = b""
    kit: ConsentKit = field(init=False)

    def __post_init__(self) -> None:
        self.kit = self.make(clock=lambda: self.now)

    def visits(self, **more: Any) -> str:
        """Open a page; what came back."""
        headers = [(b"accept", b"text/html"), (b"user-agent", AGENT.encode())]
        headers += [(b"cookie", self.cookie)] if self.cookie else []
        return ask(self.kit.wrap(answering(DOCUMENT)), headers=headers, client=(ADDRESS, 4711), **more).text

    def is_asked(self) -> bool:
        """Whether a page that is opened now asks."""
        return 'id="consentkit"' in self.visits()

    def answers(self, path: str = "/consent/", **fields: object) -> None:
        """Send a form."""
        headers = [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"sec-fetch-site", b"same-origin"),
            (b"user-agent", AGENT.encode()),
            (b"cookie", self.cookie),
        ]
        body = urlencode(fields, doseq=True).encode()
        answer = ask(
            self.kit.wrap(answering()), path, method="POST", headers=headers, body=body, client=(ADDRESS, 4711)
        )
        assert 303 == answer.status
        lines = [line for line in answer.all(b"set-cookie") if b"consentkit=" in line]
        self.cookie = lines[0].partition(b";")[0]


@pytest.mark.parametrize("choice", ["refuse_all", "accept_all"])
def test_c21_a_choice_is_kept_for_half_a_year_and_no_longer(choice: str) -> None:
    """Thirty visits across 179 days ask nothing; on day 181 the banner is back, after a no as after a yes."""
    person = Person()
    assert person.is_asked()
    person.answers(choice=choice)
    for visit in range(31):
        person.now = NOW + visit * 179 / 30 * DAY
        assert not person.is_asked(), f"day {visit * 179 / 30:.0f}"
    person.now = NOW + 181 * DAY
    assert person.is_asked()


def with_services(*services: dict[str, Any], **consent: Any) -> Callable[..., ConsentKit]:
    """Makes kits for a site that declares these services."""
    return lambda **more: kit_of(settings(services=list(services), consent=consent), **more)


ADS = service("ads", "marketing", "_ads_*")
METER = service("meter", "audience_measurement", "_meter")


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        (
            [METER, {**ADS, "storage": [*ADS["storage"], {"name": "_more", "kind": "cookie", "duration": "1 day"}]}],
            True,
        ),
        ([METER, {**ADS, "third_party": "Somebody Ltd"}], True),
        ([METER, {**ADS, "origins": ["https://ads.example.net"]}], True),
        ([METER, ADS, service("video", "marketing", "vid")], True),
        ([METER, ADS, service("theme", "preferences", "theme")], True),
        ([METER, {**ADS, "name": "Another name", "description": "In other words."}], False),
        ([ADS, METER], False),
        ([METER], False),
    ],
    ids=["more storage", "a third party", "an origin", "a service", "a purpose", "other words", "order", "less"],
)
def test_c22_only_a_changed_purpose_is_asked_again(changed: list[dict[str, Any]], asked: bool) -> None:
    """Who accepted is asked when there is more to accept than there was, and not when only words changed."""
    person = Person(with_services(METER, ADS))
    person.answers(choice="accept_all")
    person.kit = with_services(*changed)(clock=lambda: person.now)
    assert asked == person.is_asked()


def test_c22_styles_and_layout_ask_nobody() -> None:
    """Another layout and another way to place the link are no other question."""
    person = Person(with_services(METER, ADS, layout="bar"))
    person.answers(choice="refuse_all")
    person.kit = with_services(METER, ADS, layout="dialog", link="template")(clock=lambda: person.now)
    assert not person.is_asked()


def test_c20_consent_is_proven_by_a_chain_that_holds_nobody(tmp_path: Path) -> None:
    """Who, when, what was shown and chosen stand in the ledger; no address, no user agent; a flipped byte is found."""
    path = tmp_path / "consent.db"

    def make(**more: Any) -> ConsentKit:
        return kit_of(settings(consent={"ledger": f"sqlite:///{path}"}), folder=tmp_path, **more)

    person = Person(make)
    person.visits()
    person.answers(choice="accept_all")
    person.answers("/consent/withdraw")
    person.kit.close()
    ledger = Ledger(path)
    grant, withdrawal = (json.loads(row.content or "") for row in ledger.rows())
    assert ["events", "header", "parties", "processing"] == sorted(grant)
    assert ["grant", "withdrawal"] == [content["events"][0]["event_type"] for content in (grant, withdrawal)]
    assert [] == ledger.verify()
    ledger.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [] == [canary for canary in (AGENT, ADDRESS) if canary.encode() in stored]
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE events SET content = replace(content, 'grant', 'graNt') WHERE sequence = 1")
    connection.close()
    assert ledger.verify()
