"""What an audit finds in what was seen."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.audit.compare import KINDS, Comparison, lives_longer
from consentkit.audit.declared import NOTHING, with_own
from consentkit.audit.model import Contact, Seen, Source, State, Stored, Visited
from consentkit.audit.parties import Parties
from consentkit.declaration import STORAGE_KINDS, Declaration, StorageItem
from consentkit.own_visit import VISIT
from tests.audit.values import ADS, HOME, comparison, contact, cookie, item, key, seen, told
from tests.support.sites import declaration_of, necessary, service

MEASURED = {"visitor_state": True}

NAMES = st.text(min_size=1, max_size=30)
STORED = st.builds(
    Stored,
    kind=st.sampled_from(STORAGE_KINDS),
    name=NAMES,
    place=st.sampled_from(["www.example.com", "https://www.example.com", "tracker.example.org"]),
    days=st.none() | st.floats(0, 400),
    kept=st.booleans(),
)
HOSTS = st.sampled_from(["www.example.com", "ads.example.net", "tracker.example.org", "localhost:8001"])
CONTACT = st.builds(
    Contact,
    url=HOSTS.map(lambda host: f"https://{host}/x?who=me"),
    kind=st.sampled_from(["script", "image", "ping", "preconnect", "blocked"]),
    source=st.just(Source("page", HOME)),
)
SEEN = st.builds(
    Seen,
    state=st.sampled_from(State),
    stored=st.lists(STORED, max_size=8).map(tuple),
    contacts=st.lists(CONTACT, max_size=8).map(tuple),
)


@pytest.mark.parametrize(
    ("state", "rule"),
    [(State.BEFORE, "C1"), (State.REFUSED, "C3"), (State.ACCEPTED, "C19"), (State.WITHDRAWN, "C14")],
)
def test_what_nobody_declared_is_found_in_each_state(state: State, rule: str) -> None:
    """Each state breaks a rule of its own."""
    assert [("undeclared_storage", rule, "mystery")] == told(comparison().findings(seen(state, cookie("mystery"))))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.BEFORE, [("storage_without_consent", "C1", "_ads_*")]),
        (State.REFUSED, [("storage_without_consent", "C3", "_ads_*")]),
        (State.ACCEPTED, []),
        (State.WITHDRAWN, [("storage_without_consent", "C14", "_ads_*")]),
    ],
)
def test_what_is_declared_waits_for_consent(state: State, expected: list[tuple[str, str, str]]) -> None:
    """A declared cookie of marketing is allowed after consent only, and is told under its declared name."""
    assert expected == told(comparison().findings(seen(state, cookie("_ads_id"))))


@pytest.mark.parametrize("state", State)
def test_what_is_necessary_is_always_allowed(state: State) -> None:
    """The site's sign-in and consentkit's own cookies are no finding."""
    assert [] == comparison().findings(seen(state, cookie("session"), cookie("__Host-consentkit", 180)))


def test_kinds_do_not_stand_in_for_each_other() -> None:
    """A declared cookie declares no key of local storage of the same name."""
    assert ["session"] == [each.name for each in comparison().findings(seen(State.ACCEPTED, key("session")))]


@pytest.mark.parametrize(("days", "longer"), [(None, False), (14.0, False), (14.9, False), (15.1, True), (400.0, True)])
def test_a_cookie_may_live_a_day_longer_than_declared(days: float | None, longer: bool) -> None:
    """Clocks differ; more than a day is a finding (rule C19)."""
    findings = comparison().findings(seen(State.BEFORE, cookie("session", days)))
    assert ([("lives_longer", "C19", "session")] if longer else []) == told(findings)


def test_a_cookie_declared_for_the_session_may_not_outlive_it() -> None:
    """However short, an end of its own keeps it on the disk."""
    assert lives_longer(cookie("x", 0.01), 0)
    assert not lives_longer(cookie("x", None), 0)


@pytest.mark.parametrize(("kind", "longer"), [("local_storage", True), ("cache", True), ("session_storage", False)])
def test_storage_without_an_end_is_not_gone_with_the_session(kind: str, longer: bool) -> None:
    """Only session storage is; that of a declared number of days cannot be measured."""
    assert longer is lives_longer(key("x", kind), 0)
    assert not lives_longer(key("x", kind), 30)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.example.com/app.js", []),
        ("https://static.example.com/app.js", []),
        ("https://cdn.example.org/app.js", []),
        ("data:text/javascript,1", []),
        ("https://tracker.example.org/t.js?u=1", [("undeclared_contact", "C2", "https://tracker.example.org")]),
        ("https://www.example.com:8443/t.js", [("undeclared_contact", "C2", "https://www.example.com:8443")]),
        (f"{ADS}/t.js", [("contact_without_consent", "C2", ADS)]),
        ("wss://ads.example.net/s", [("contact_without_consent", "C2", ADS)]),
    ],
)
def test_who_is_another_party(url: str, expected: list[tuple[str, str, str]]) -> None:
    """The site's own hosts, those below its domain and those named are its own; a declared origin is the service's."""
    findings = comparison(own=("cdn.example.org",)).findings(seen(State.BEFORE, contact(url)))
    assert expected == told(findings)


def test_a_declared_service_may_be_contacted_after_consent() -> None:
    """And only then; an undeclared one not even then."""
    findings = comparison().findings(seen(State.ACCEPTED, contact(f"{ADS}/t.js"), contact("https://x.example.org/")))
    assert [("undeclared_contact", "C19", "https://x.example.org")] == told(findings)


def test_an_own_subdomain_that_a_service_declares_waits_for_consent() -> None:
    """A measurement server under the site's own name is still measurement."""
    own = {"id": "measure", "name": "M", "purpose": "marketing", "description": "M.", "storage": [],
           "origins": ["https://metrics.example.com"]}  # fmt: skip
    findings = comparison(own).findings(seen(State.BEFORE, contact("https://metrics.example.com/hit", "ping")))
    assert [("contact_without_consent", "C2", "https://metrics.example.com")] == told(findings)
    assert "beacon" in findings[0].message


def test_what_a_policy_stopped_is_told_apart() -> None:
    """Nobody was contacted, but the page asks for it."""
    findings = comparison().findings(seen(State.REFUSED, contact(f"{ADS}/t.js", "blocked")))
    assert [("blocked_contact", "C3", ADS)] == told(findings)
    assert "Nobody was contacted" in findings[0].advice
    assert findings[0].advice.endswith("only where consent was given.")
    assert "" == findings[0].paste


def test_what_a_policy_stopped_undeclared_can_be_declared() -> None:
    """Or taken out of the page."""
    (finding,) = comparison().findings(seen(State.BEFORE, contact("https://t.example.org/t.js", "blocked")))
    assert "take the tag out of the page, or declare it with its service:" in finding.advice
    assert 'origins = ["https://t.example.org"]' == finding.paste


def test_requests_to_one_party_are_one_finding() -> None:
    """With its types counted, its paths without query, and each source once."""
    requests = [contact(f"https://t.example.org/{path}?u=secret", kind) for path, kind in
                (("a.js", "script"), ("p.gif", "image"), ("p.gif", "image"))]  # fmt: skip
    (finding,) = comparison().findings(seen(State.BEFORE, *requests))
    assert (3, "2 × image, script: /a.js, /p.gif") == (finding.count, finding.message)
    assert 1 == len(finding.sources)
    assert 'origins = ["https://t.example.org"]' == finding.paste


def test_names_made_for_one_visitor_are_one_finding() -> None:
    """They are told as a pattern, which can be pasted into the configuration."""
    (finding,) = comparison().findings(seen(State.BEFORE, cookie("vid_8f3a2c91"), cookie("vid_77ab01cd", 30)))
    assert ("vid_*", 2) == (finding.name, finding.count)
    assert 'storage = [{ name = "vid_*", kind = "cookie", duration = "30 days" }]' == finding.paste


def test_a_known_tracker_is_named() -> None:
    """So that nobody declares it as necessary."""
    (finding,) = comparison().findings(seen(State.BEFORE, cookie("_ga", 400)))
    assert "_ga, known from measurement and advertising products" in finding.advice


def test_what_another_party_keeps_after_withdrawal_is_a_note() -> None:
    """A site cannot delete it; its own cookie is a finding."""
    states = [seen(State.WITHDRAWN, cookie("_ads_id", 30, "ads.example.net"), cookie("_ads_px", 30))]
    findings, notes = comparison().all(states)
    assert ["www.example.com"] == [finding.place for finding in findings]
    assert [("left_behind", "ads.example.net")] == [(note.kind, note.place) for note in notes]


def test_a_state_that_was_not_reached_is_a_finding() -> None:
    """It is not clean: nobody knows."""
    (finding,) = comparison().findings(Seen(State.WITHDRAWN, "no visible link"))
    assert ("state_not_reached", "C13", "no visible link") == (finding.kind, finding.rule, finding.message)
    assert "--withdraw" in finding.advice


def test_where_nothing_needs_consent_there_is_nothing_to_reach() -> None:
    """Then the states after a choice are no finding; a note says so."""
    only = Comparison(with_own(declaration_of(necessary("login", "session"))), Parties(HOME))
    findings, notes = only.all([seen(State.BEFORE, cookie("session")), Seen(State.REFUSED, "no banner")])
    assert ((), ["nothing_to_choose"]) == (findings, [note.kind for note in notes])


def test_a_page_that_does_not_open_is_a_finding_and_an_error_page_a_note() -> None:
    """What the error page stores is checked all the same."""
    pages = (Visited(HOME, 200), Visited(f"{HOME}slow", 0, "it took too long"), Visited(f"{HOME}gone", 404))
    findings, notes = comparison().all([seen(State.BEFORE, visited=pages)])
    assert [("page_not_opened", "/slow", "it took too long")] == [(f.kind, f.name, f.message) for f in findings]
    assert [("page_error", "/gone")] == [(note.kind, note.name) for note in notes]


def test_what_was_declared_and_never_seen_is_a_note() -> None:
    """Once consent was given; before that nothing can be missed."""
    assert [] == comparison().notes([seen(State.BEFORE, cookie("session"))])
    notes = comparison().notes([seen(State.ACCEPTED, cookie("session"), cookie("_ads_id"))])
    assert [("never_seen", "ads", ("ads",)), ("never_seen", ADS, ("ads",))] == [
        (note.kind, note.name, note.services) for note in notes
    ]


def test_consentkits_own_storage_is_never_missed() -> None:
    """No file of the site declares it, so the advice to take it out would lead nowhere."""
    declaration = declaration_of(necessary("login", "session"), service("ads", "marketing", "_ads"), stats=MEASURED)
    assert VISIT in declaration.services
    notes = Comparison(with_own(declaration), Parties(HOME)).notes([seen(State.ACCEPTED, cookie("session"))])
    assert ["_ads"] == [note.name for note in notes if note.kind == "never_seen"]


def test_a_service_worker_is_declared_by_path_or_address() -> None:
    """Its scope is both."""
    for name in ("/", "https://www.example.com/"):
        more = {**necessary("offline"), "storage": [item(name, "service_worker", "1 year")]}
        assert [] == comparison(more).findings(seen(State.BEFORE, key("/", "service_worker")))


def test_a_header_is_declared_in_any_case() -> None:
    """Names of headers know none (RFC 9110 §5.1)."""
    more = {**necessary("hints"), "storage": [item("Accept-CH", "response_header", "session")]}
    assert [] == comparison(more).findings(seen(State.BEFORE, key("accept-ch", "response_header")))
    assert ["nel"] == [
        each.name for each in comparison(more).findings(seen(State.BEFORE, key("nel", "response_header")))
    ]


@settings(deadline=None)
@given(SEEN)
def test_everything_undeclared_is_found(what: Seen) -> None:
    """Against an empty declaration each stored thing and each other party is in a finding of a known kind."""
    empty = Comparison(with_own(NOTHING), Parties(HOME))
    findings = empty.findings(what)
    assert {(s.kind, empty.label(s), s.place) for s in what.stored if not empty.declared(s)} == {
        (f.what, f.name, f.place) for f in findings if f.what != "contact"
    }
    others = {origin for origin, _ in empty.elsewhere(what)}
    assert others == {f.name for f in findings if f.what == "contact"}
    assert {f.kind for f in findings} <= set(KINDS)


@settings(deadline=None)
@given(SEEN)
def test_what_is_declared_exactly_is_no_finding(what: Seen) -> None:
    """A necessary service that declares each name, for as long as it lives, leaves only other parties to be found."""
    names = {(s.kind, s.name) for s in what.stored}
    storage = [StorageItem(name, kind, 400, "400 days") for kind, name in sorted(names)]
    nothing = NOTHING.purposes[0]
    shop = replace(declaration_of(necessary("shop")).services["shop"], storage=tuple(storage))
    exact = Comparison(Declaration((replace(nothing, services=(shop,)),)), Parties(HOME))
    assert [] == [f for f in exact.findings(what) if f.what != "contact"]


@settings(deadline=None)
@given(SEEN, st.randoms())
def test_the_order_of_what_was_seen_does_not_matter(what: Seen, random: object) -> None:
    """The same things make the same findings, in the same order."""
    shuffled = replace(
        what,
        stored=tuple(sorted(what.stored, key=lambda _: random.random())),  # type: ignore[attr-defined]
        contacts=tuple(sorted(what.contacts, key=lambda _: random.random())),  # type: ignore[attr-defined]
    )
    bare = [(f.kind, f.what, f.name, f.place, f.count) for f in comparison().findings(what)]
    assert bare == [(f.kind, f.what, f.name, f.place, f.count) for f in comparison().findings(shuffled)]


@settings(deadline=None)
@given(SEEN)
def test_consent_never_adds_a_finding_of_a_declared_service(what: Seen) -> None:
    """What is allowed before a choice is allowed after consent."""
    before = {(f.what, f.name, f.place) for f in comparison().findings(replace(what, state=State.BEFORE))}
    after = {(f.what, f.name, f.place) for f in comparison().findings(replace(what, state=State.ACCEPTED))}
    assert after <= before
