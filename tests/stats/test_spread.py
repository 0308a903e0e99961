"""Many requests together add what they add one by one."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.breakdowns import DEFAULT_CROSSINGS, crossings_of
from consentkit.stats.enrich.place import Place
from consentkit.stats.facts import RequestFacts, by_column
from consentkit.stats.model import Increments
from consentkit.stats.observer import Observer
from consentkit.stats.site import SiteReader
from consentkit.stats.spread import spread
from consentkit.stats.visitor.state import Carried, Marks, Source
from tests.stats.page_requests import CHROME, WHEN, a_page

CROSSINGS = crossings_of(DEFAULT_CROSSINGS)
DAY = 86_400
STATE = Carried(
    Marks(visit=True, new=("day", "ever"), engaged=True, pages=(2,), seconds=(10,), goals=(0,), steps=()),
    Source("search", "(none)", "/"),
)
SHOWN = a_page(path="/ahead", fetch_site="same-origin", referer="https://www.example.com/news", answer="consent_shown")
CHANGES = {
    "when": (WHEN, WHEN + 59, WHEN + DAY),
    "fetch_site": ("none", "same-origin", ""),
    "path": ("/products", "/contact/thanks", "/price-list.pdf", "/order/12345"),
    "route": ("", "/order/{id}"),
    "status": (200, 404, 304),
    "content_type": ("text/html", "application/pdf", "text/event-stream"),
    "user_agent": (CHROME, "curl/8.5.0"),
    "referer": ("", "https://www.example.com/news", "https://www.example.org/", "https://www.best-seo.com/"),
    "query": (b"", b"q=glass&utm_campaign=spring", b"utm_source=newsletter&utm_medium=email"),
    "goals": ((), ("called", "unknown")),
    "carried": (None, STATE),
    "answer": ("", "consent_shown"),
    "method": ("GET", "POST"),
    "took": (0.02, None),
}
PAGES = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in CHANGES.items()}).map(
    lambda values: a_page(**values)
)
TOLD = (
    {"answer": "consent_accepted"},
    {"followed": "shop.example.net"},
    {"followed": "www.example.com"},
    {"shown": SHOWN},
)
OWN = st.sampled_from([a_page(path="/consent/", own=True, method="POST", **more) for more in TOLD])


def an_observer() -> Observer:
    """Of a site with goals, a search and referrers that it sets apart."""
    site = SiteReader(
        ["www.example.com"],
        Place([]),
        goals={"contact": "/contact/thanks", "called": None},
        search=["q"],
        spam=["best-seo.com"],
    )
    return Observer(site, ZoneInfo("Europe/Amsterdam"))


def added(*batches: list[RequestFacts]) -> Increments:
    """What batches add, one after the other."""
    observer, found = an_observer(), Increments()
    for batch in batches:
        found.merge(spread(observer.observe_all(by_column(batch)), CROSSINGS))
    return found


@given(batch=st.lists(st.one_of(PAGES, PAGES, OWN), min_size=1, max_size=25), cut=st.integers(1, 24))
def test_requests_add_the_same_together_as_one_by_one(batch, cut):
    """Whatever stands beside them, and however they are parted."""
    alone = added(*([facts] for facts in batch))
    for together in (added(batch), added(*filter(None, (batch[:cut], batch[cut:])))):
        assert alone.cells == together.cells
        assert alone.totals == together.totals
        assert alone.load == together.load


@given(batch=st.lists(st.one_of(PAGES, OWN), max_size=25))
def test_observations_come_in_the_order_of_their_requests(batch):
    """Also where days change between them."""
    together, observer = an_observer().observations(batch), an_observer()
    one_by_one = [observer.observe(facts) for facts in batch]
    assert [_told(one) for one in one_by_one] == [_told(one) for one in together]


def _told(observation):
    events = [
        (day, verdict.judged(agent), metrics, [dict(facet.values) for facet in facets])
        for day, agent, verdict, metrics, facets in observation.events
    ]
    return observation.request_class, observation.load, sorted(map(str, events))
