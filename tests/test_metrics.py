"""The figures for Prometheus: parsed by its own client, from a real server, equal to what the sink holds."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse
from starlette.testclient import TestClient

from consentkit.errors import ConsentKitError
from consentkit.kit import ConsentKit
from consentkit.stats.counting import history_of, private_of, sink_of
from consentkit.stats.model import BatchId, Gap, Release
from tests.conftest import LiveServers
from tests.stats.observations import a_request, a_view
from tests.support.sites import config_of, settings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def kit(tmp_path: Path) -> ConsentKit:
    """A kit whose clock stands at one o'clock, UTC."""
    return ConsentKit(config_of(settings(), tmp_path), ["k" * 40], clock=lambda: NOON + 3600)


def count(kit: ConsentKit, source: str, views: int = 0, bots: int = 0) -> None:
    """Count views of 10 ms, and requests of crawlers of 300 ms, at noon, and release what may be."""
    history = history_of(kit.config)
    for number in range(views):
        history.add(a_view(when=NOON + number / 100, visit=number % 2 == 0))
    for _ in range(bots):
        observation = a_request(404, request_class="crawler")
        history.add(observation._replace(load=("2026-11-23", NOON + 2, 0.3, 9, 404, "/")))
    private, sink = private_of(kit.config), sink_of(kit.config)
    history.commit(private, sink, source)
    private.close()
    sink.close()


def samples(text: str, parser: Callable[[str], Iterator[Metric]] = parse) -> dict[str, float]:
    """The samples by name, with the value of their label behind it."""
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in parser(text)
        for sample in family.samples
    }


def test_prometheus_reads_the_figures_from_a_real_server(kit: ConsentKit, live_server: LiveServers) -> None:
    """As text and as OpenMetrics: classes, times as a histogram, status, bytes, the busiest second."""
    count(kit, "one", views=40, bots=20)
    address = live_server(kit.metrics)
    text = httpx2.get(address)
    opened = httpx2.get(address, headers={"accept": OPENMETRICS})
    assert text.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert opened.headers["content-type"].startswith("application/openmetrics-text")
    figures = samples(text.text)
    assert samples(opened.text, parse_openmetrics) == figures
    assert {
        "consentkit_requests_total person": 40,
        "consentkit_requests_total crawler": 20,
        "consentkit_bots_ratio": 20 / 60,
        "consentkit_events_total views": 40,
        "consentkit_events_total visits": 20,
        "consentkit_responses_total 2xx": 40,
        "consentkit_responses_total 4xx": 20,
        "consentkit_sent_bytes_total": 40 * 500 + 20 * 9,
        "consentkit_served_requests_total": 60,
        "consentkit_response_seconds_bucket 0.008192": 0,
        "consentkit_response_seconds_bucket 0.016384": 40,
        "consentkit_response_seconds_bucket 0.262144": 40,
        "consentkit_response_seconds_bucket 0.524288": 60,
        "consentkit_response_seconds_bucket +Inf": 60,
        "consentkit_response_seconds_count": 60,
        "consentkit_busiest_second_requests": 40,
        "consentkit_uncounted_requests_total": 0,
        "consentkit_released_until_timestamp_seconds": NOON + 60,
    }.items() <= figures.items()
    # Within 4.5 %, as each bucket's middle stands for what is in it.
    assert figures["consentkit_response_seconds_sum"] == pytest.approx(40 * 0.01 + 20 * 0.3, rel=0.045)


def test_counters_only_go_up_and_losses_are_counted(kit: ConsentKit) -> None:
    """What a release adds, and nothing that waits: fewer than k of anything are not told."""
    client = TestClient(kit.metrics)
    count(kit, "one", views=20)
    before = samples(client.get("/").text)
    count(kit, "two", views=3)
    assert samples(client.get("/").text) == before
    count(kit, "three", views=20)
    sink = sink_of(kit.config)
    gap = Gap("2026-11-23T10:00:00Z", "2026-11-23T10:02:30Z", "killed", 0)
    sink.apply(BatchId("another", 1), Release("2026-11-23", {}, {}, gaps=[gap]))
    sink.close()
    after = samples(client.get("/").text)
    assert all(after[name] >= value for name, value in before.items() if "_total" in name)
    assert (40, 1) == (after["consentkit_events_total views"], after["consentkit_gaps_total killed"])


def test_a_year_begins_at_nothing(kit: ConsentKit, tmp_path: Path) -> None:
    """A counter that falls to 0 is one that began anew, for Prometheus; so it falls to 0 and to nothing else."""
    count(kit, "one", views=20)
    later = ConsentKit(kit.config, ["k" * 40], clock=lambda: datetime(2027, 1, 2, tzinfo=UTC).timestamp())
    figures = samples(TestClient(later.metrics).get("/").text)
    assert 1 == figures.pop("consentkit_private_store_up")
    assert {0} == set(figures.values())
    assert "consentkit_released_until_timestamp_seconds" not in figures


def test_before_anything_is_released_there_are_zeros(kit: ConsentKit) -> None:
    """So that a new site is no missing target."""
    response = TestClient(kit.metrics).get("/")
    assert 200 == response.status_code
    assert {0} == set(samples(response.text).values())


def test_only_reading_is_answered(kit: ConsentKit) -> None:
    """Nothing can be changed here."""
    client = TestClient(kit.metrics)
    assert (200, "") == ((head := client.head("/")).status_code, head.text)
    assert (405, "GET, HEAD") == ((post := client.post("/")).status_code, post.headers["allow"])


def test_without_the_extra_it_is_said_what_to_install(kit: ConsentKit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as an ImportError from somewhere inside."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "consentkit.metrics", raising=False)
    with pytest.raises(ConsentKitError, match=r"pip install 'consentkit\[prometheus\]'"):
        _ = kit.metrics
