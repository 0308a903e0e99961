"""From one request to an observation."""

import itertools
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest

from consentkit.stats.enrich.campaign import UTM
from consentkit.stats.enrich.place import Place
from consentkit.stats.facets import Facets
from consentkit.stats.observer import Observer
from consentkit.stats.senders import host_name
from consentkit.stats.shown import shows_page
from consentkit.stats.site import SiteReader
from consentkit.stats.visitor.state import Carried, Marks, Source
from tests.stats.page_requests import CHROME, WHEN, a_logged_page, a_page

OBSERVER = Observer(SiteReader(["www.example.com", "example.com"], Place([])), ZoneInfo("Europe/Amsterdam"))


def events_of(facts, observer=OBSERVER):
    """The events that count, as metrics and values."""
    seen = observer.observe(facts)
    return [
        (metrics, {name: value for facet in facets for name, value in facet.values.items()})
        for _, _, _, metrics, facets in seen.events
        if seen.request_class in ("person", "asset")
    ]


def values_of(facts):
    [(_, values), *_] = events_of(facts)
    return values


def day_of(seen):
    return seen.request[0]


def test_nobody_is_suspected_where_a_server_in_front_holds_headers_back():
    """Before any Sec-Fetch-* came: a content delivery network may pass on none."""
    observer = Observer(SiteReader(["www.example.com"], Place([])), ZoneInfo("Europe/Amsterdam"))
    bare = a_page(fetch_site="", fetch_mode="", fetch_dest="")
    classes = [observer.observe(facts).request_class for facts in (bare, bare, a_page(), bare)]
    assert ["person", "person", "person", "suspected"] == classes


def test_a_page_view_has_one_value_in_every_breakdown():
    """What marketing reads, and nothing that could recognise a visitor."""
    facts = a_page(path="/order/12345", fetch_site="cross-site", referer="https://news.example.org/a?q=1")
    seen = OBSERVER.observe(facts)
    assert ("person", 200, 5000) == (seen.request_class, seen.request[3], seen.load[3])
    assert events_of(facts) == [
        (
            ("views", "visits"),
            {
                "page": "/order/{n}",
                "referrer": "example.org",
                "channel": "referral",
                **dict.fromkeys((*UTM.values(), "click_id"), "(none)"),
                **dict.fromkeys(("country", "region", "network", "organisation"), "(unknown)"),
                "language": "nl",
                "host": "www.example.com",
            },
        )
    ]
    assert seen.request[1].facet.values == {
        "browser": "Chrome",
        "browser_version": "Chrome 142",
        "os": "Windows",
        "device": "desktop",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"method": "POST"},
        {"method": "HEAD"},
        {"status": 204},
        {"status": 206},
        {"status": 301},
        {"status": 404},
        {"status": 500},
        {"content_type": "application/json"},
        {"content_type": ""},
        {"fetch_dest": "iframe"},
        {"fetch_dest": "empty"},
        {"purpose": "prefetch"},
        {"user_agent": "curl/8.5.0"},
        {"own": True},
    ],
)
def test_what_is_no_page_seen_by_a_person_has_no_values(change):
    """It counts as a request of its class, and nothing else."""
    assert not [metrics for metrics, _ in events_of(a_page(**change)) if "views" in metrics]


@pytest.mark.parametrize("content_type", ["text/html", "TEXT/HTML ; charset=x", "application/xhtml+xml"])
def test_html_is_a_page(content_type):
    """By its type, whatever the path ends in."""
    assert shows_page(a_page(content_type=content_type, path="/a.json"))


def test_an_unchanged_page_is_a_view():
    """A 304 need not say its type again."""
    assert shows_page(a_page(status=304, content_type=""))
    assert not shows_page(a_page(status=304, content_type="", path="/logo.png"))
    assert not shows_page(a_page(status=304, content_type="image/png"))


@pytest.mark.parametrize("path", ["/", "/about", "/a.html", "/a.PHP", "/v2.0", "/a.b/c", "/release-1.2"])
def test_in_a_log_the_path_tells_a_page(path):
    """No extension, or one of pages."""
    assert OBSERVER.observe(a_logged_page(path=path)).counts("views") == 1


@pytest.mark.parametrize("path", ["/robots.txt", "/a.css", "/a.pdf", "/feed.xml", "/favicon.ico"])
def test_in_a_log_other_files_are_no_pages(path):
    """Their extension says so."""
    assert OBSERVER.observe(a_logged_page(path=path)).counts("views") == 0


def test_a_move_within_the_site_is_internal():
    """By the referrer, or by fetch metadata where the site hides the referrer."""
    within = {"fetch_site": "same-origin"}
    assert values_of(a_page(**within, referer="https://example.com/a"))["referrer"] == "(internal)"
    assert values_of(a_page(**within))["referrer"] == "(internal)"
    assert values_of(a_logged_page(referer="http://www.example.com:8080/"))["referrer"] == "(internal)"


def test_a_visit_never_comes_from_the_site_itself():
    """An entry whose referrer is the site counts as direct."""
    facts = a_page(referer="https://www.example.com/a")
    assert OBSERVER.observe(facts).counts("visits") == 1
    assert values_of(facts)["referrer"] == "(direct)"


def test_only_configured_hosts_are_named():
    """A made-up Host header is no value."""
    assert values_of(a_page(host="EXAMPLE.com.:443"))["host"] == "example.com"
    assert values_of(a_page(host="evil.example"))["host"] == "(other)"


@pytest.mark.parametrize(
    ("expected", "text"), [("a.b", "A.b:80"), ("[::1]", "[::1]:80"), ("", ""), ("a.b", "a.b."), ("[::1]", "[::1")]
)
def test_a_host_name_has_no_port(expected, text):
    """Nor a root's dot, nor capitals."""
    assert expected == host_name(text.encode())


@pytest.mark.parametrize(
    ("day", "when"),
    [
        ("2026-11-23", WHEN),
        ("2026-10-24", 1792879199.0),  # 23:59:59 summer time
        ("2026-10-25", 1792879200.0),  # midnight, still summer time
        ("2026-10-25", 1792969199.0),  # 23:59:59 winter time, 25 hours later
        ("2026-10-26", 1792969200.0),
    ],
)
def test_a_day_is_the_sites_own_also_when_the_clock_changes(day, when):
    """25 October 2026 has 25 hours in Amsterdam."""
    assert day == day_of(OBSERVER.observe(a_page(when=when)))


def test_hostile_values_count_as_other():
    """A token in a header that is counted never becomes a value."""
    token = "tok3n-9f8e7d"
    facts = a_page(
        path=f"/x/{token}jan@example.com",
        user_agent=f"{CHROME} {token}",
        referer=f"https://u:{token}@[{token}]/",
        host=token,
        accept_language=token,
        address=token,
    )
    assert not [value for _, values in events_of(facts) for value in values.values() if token in value]
    assert token not in str(OBSERVER.observe(facts).request[1].facet.values)


WITHIN = {"fetch_site": "same-origin", "referer": "https://www.example.com/products"}


def test_a_move_within_the_site_is_counted_from_page_to_page():
    """So that exits are views minus moves; a reload and a page that links to itself are none."""
    [view, move] = events_of(a_page(path="/order/12345", **WITHIN))
    assert view[0] == ("views",)
    assert move == (("moves",), {"page": "/products", "move": "/products → /order/{n}"})
    assert len(events_of(a_page(path="/order", cache_control="max-age=0", **WITHIN))) == 1
    assert len(events_of(a_page(path="/products", **WITHIN))) == 1


@pytest.mark.parametrize(
    ("moves", "change"),
    [
        ([{"page": "/products", "move": "/products → /thanks/{n}"}], {}),
        ([], {"cache_control": ""}),
        ([], {"sent_on": b""}),
        ([], {"sent_on": b"https://www.example.com/products?sent=1"}),
        ([], {"sent_on": b"https://pay.example.net/thanks"}),
        ([], {"sent_on": b"javascript:alert(1)"}),
        ([], {"referer": "https://pay.example.net/"}),
        ([], {"fetch_dest": "empty", "fetch_mode": "cors"}),
        ([], {"user_agent": "curl/8.14.1"}),
    ],
)
def test_the_move_by_a_form_counts_where_the_page_after_it_will_look_like_a_reload(moves, change):
    """So in Chromium, which marks both alike; elsewhere the page after it tells, and scripts' forms show no page."""
    facts = {
        "method": "POST", "status": 303, "content_type": "", "fetch_site": "same-origin", "cache_control": "max-age=0",
        "referer": "https://www.example.com/products?a=1", "sent_on": b"https://www.example.com/thanks/12345?b=2",
    }  # fmt: skip
    events = events_of(a_page(**{**facts, **change}))
    assert [(("moves",), values) for values in moves] == events


def test_a_campaign_decides_the_channel():
    """Its utm values are values, of a click id only whose it is."""
    values = values_of(a_page(query=b"utm_source=News&utm_medium=email&utm_campaign=spring+sale&gclid=Secret1"))
    assert ("email", "spring sale", "news", "email", "Google") == (
        values["channel"],
        values["campaign"],
        values["campaign_source"],
        values["campaign_medium"],
        values["click_id"],
    )


def test_a_page_that_is_missing_counts_with_the_page_that_led_there():
    """For people only: scanners ask for what was never there."""
    found = events_of(a_page(path="/old-page", status=404, **WITHIN))
    assert found == [(("missing",), {"missing": "/old-page", "missing_from": "/old-page ← /products"})]
    assert events_of(a_page(path="/old-page", status=404, fetch_site="cross-site", referer="https://example.org/")) == [
        (("missing",), {"missing": "/old-page", "missing_from": "/old-page ← example.org"})
    ]
    assert events_of(a_page(path="/old-page", status=404, user_agent="curl/8")) == []


def test_a_download_counts_once():
    """The whole file, not its ranges; also where a link has `download`, which Chromium asks for as shown nowhere."""
    file = {"path": "/files/price-list.pdf", "content_type": "application/pdf"}
    assert events_of(a_page(**file)) == [(("downloads",), {"download": "/files/price-list.pdf"})]
    assert events_of(a_page(**file, status=206)) == []
    assert events_of(a_page(**file, fetch_dest="empty")) == [(("downloads",), {"download": "/files/price-list.pdf"})]
    assert events_of(a_page(**file, fetch_dest="empty", fetch_mode="cors")) == []
    assert events_of(a_page(fetch_dest="empty")) == []


SITE = Observer(
    SiteReader(
        ["www.example.com"],
        Place([]),
        goals={"contact": "/contact/thanks", "called": None, "also": "/contact/thanks"},
        search=["q"],
        spam=["best-seo.com"],
    ),
    ZoneInfo("Europe/Amsterdam"),
)


def test_a_search_on_the_site_counts_by_its_term():
    """Through an allow list of parameters; what could name a person is no value."""
    assert events_of(a_page(query=b"page=2&q=Glass+Fibre"), SITE)[1] == (("searches",), {"search": "glass fibre"})
    assert events_of(a_page(query=b"q=jan@example.com"), SITE)[1] == (("searches",), {"search": "(other)"})
    assert len(events_of(a_page(query=b"s=fibre"), SITE)) == 1


def test_goals_are_reached_by_path_and_in_code():
    """Each once a request, with where its visitor came from; one that is not declared is none."""
    reached = events_of(a_page(path="/contact/thanks"), SITE)[1:]
    assert [(("goals",), "contact"), (("goals",), "also")] == [(metrics, values["goal"]) for metrics, values in reached]
    assert reached[0][1]["channel"] == "direct"
    in_code = events_of(a_page(fetch_dest="empty", method="POST", goals=("called", "called", "unknown")), SITE)
    assert [(("goals",), "called")] == [(metrics, values["goal"]) for metrics, values in in_code]


def test_referrer_spam_is_set_apart():
    """It is nobody's visit."""
    seen = SITE.observe(a_page(fetch_site="cross-site", referer="https://www.best-seo.com/"))
    assert ("suspected", "referrer_spam") == seen.request[2].judged(seen.request[1])
    assert seen.counts("views") == 0


@pytest.mark.parametrize(
    ("content_type", "took"),
    [("text/html", 0.5), (None, 0.5), ("text/event-stream", None), ("Text/Event-Stream; charset=utf-8", None)],
)
def test_a_stream_of_events_has_no_time_to_answer(content_type, took):
    """It lasts for as long as somebody reads it."""
    assert took == OBSERVER.observe(a_page(content_type=content_type, took=0.5)).load[2]


BEGAN = Source("search", "(none)", "/")
CARRIED = [
    Carried(Marks(visit, new, engaged=not visit, pages=pages, seconds=(), goals=goals, steps=()), BEGAN)
    for visit, new, pages, goals in ((True, ("day", "ever"), (), (0,)), (False, (), (3,), (0, 1)))
]
CHANGES = {
    "fetch_site": ("none", "same-origin"),
    "path": ("/products", "/contact/thanks", "/price-list.pdf"),
    "status": (200, 404),
    "content_type": ("text/html", "application/pdf"),
    "referer": ("", "https://www.example.com/news", "https://www.example.org/"),
    "query": (b"", b"q=glass&utm_campaign=spring"),
    "goals": ((), ("called",)),
    "carried": (None, *CARRIED),
    "answer": ("", "consent_shown"),
    "own": (False, True),
    "followed": ("", "example.net"),
}
REQUESTS = [a_page(**dict(zip(CHANGES, values, strict=True))) for values in itertools.product(*CHANGES.values())]
"""Of every kind."""


def layouts_of(observer):
    """By metrics and number of facets the dimensions in which such events stand."""
    layouts: dict[tuple[tuple[str, ...], int], set[tuple[tuple[str, ...], ...]]] = {}
    for facts in REQUESTS:
        for *_, metrics, facets in observer.observe(facts).events:
            layouts.setdefault((metrics, len(facets)), set()).add(tuple(tuple(facet.values) for facet in facets))
    return layouts


def test_events_of_the_same_metrics_stand_in_the_same_dimensions():
    """So that they can be counted a column at a time."""
    layouts = layouts_of(SITE)
    assert {"views", "visits", "moves", "goals", "searches", "missing", "downloads", "measured", "engaged"} <= {
        metric for metrics, _ in layouts for metric in metrics
    }
    assert [layout for layout, found in layouts.items() if len(found) > 1] == []


def test_only_what_a_site_counts_by_is_worked_out():
    """And a missing page, a search and a download not at all where their values are not counted."""
    facets = Facets(["device", "goal", "channel"])
    site = SiteReader(
        ["www.example.com"], Place([], facets), goals={"contact": "/contact/thanks"}, search=["q"], facets=facets
    )
    few = Observer(site, ZoneInfo("Europe/Amsterdam"))
    layouts = layouts_of(few)
    assert [layout for layout, found in layouts.items() if len(found) > 1] == []
    assert {"page", "channel", "goal"} == {name for [found] in layouts.values() for part in found for name in part}
    assert {"device": "desktop"} == few.observe(a_page()).request[1].facet.values
    metrics = {metric for metrics, _ in layouts for metric in metrics}
    assert {"views", "visits", "moves", "goals", "measured", "engaged"} <= metrics
    assert set() == metrics & {"searches", "missing", "downloads", "outbound"}


def test_a_visitors_state_holds_only_what_is_counted_by():
    """Where a visit came from is carried by channel and campaign, where these are counted."""
    facts = a_page(fetch_site="cross-site", query=b"utm_campaign=spring&utm_medium=email")
    views = [
        Observer(SiteReader(["www.example.com"], Place([]), facets=Facets(names)), ZoneInfo("UTC")).view(facts)
        for names in (["channel", "campaign"], ["campaign"], [])
    ]
    page = facts.path
    assert [("email", "spring", page), ("(none)", "spring", page), ("(none)", "(none)", page)] == [
        view and view.source for view in views
    ]


def test_a_browser_is_not_looked_up_for_nothing():
    """Where nothing of it is counted, no parser has to be loaded; what is a program is still told."""
    program = (
        "import sys; from consentkit.stats.enrich.agent import prepare, agent_of; "
        "from consentkit.stats.facets import Facets; few = Facets(['channel']); prepare(few); "
        "print(agent_of(b'curl/8', None, few).declared, 'ua_parser' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "('library', 'word') False" == said.strip()
