"""What Prometheus is told of the workers themselves: what alerts need, and nothing of what waits."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consentkit.kit import ConsentKit
from consentkit.stats.counting import private_of, rule_of, sink_of
from consentkit.stats.flusher import Flusher, Stores
from consentkit.stats.tally import MOST_WAITING
from tests.stats.observations import a_tally, a_view
from tests.support.ports import wait_until
from tests.support.sites import config_of, settings
from tests.support.worker_site import APP, running
from tests.test_metrics import NOON, samples

HOUR = NOON + 3600
CHOICES = ("accept_all", "refuse_all")
DOCS = Path(__file__).parents[1] / "docs" / "prometheus.md"


class Worker:
    """A worker of a kit's site, driven by hand."""

    def __init__(self, kit: ConsentKit, name: str) -> None:
        self.tally = a_tally()
        stores = Stores(lambda: private_of(kit.config), lambda: sink_of(kit.config))
        self.flusher = Flusher(self.tally, stores, rule_of(kit.config), name)

    def view(self, count: int, when: float = NOON) -> None:
        """Count views."""
        for _ in range(count):
            self.tally.add(a_view(when=when))


@pytest.fixture
def kit(tmp_path: Path) -> ConsentKit:
    """A kit whose clock stands at one o'clock, UTC."""
    return ConsentKit(config_of(settings(), tmp_path), ["k" * 40], clock=lambda: HOUR)


@pytest.fixture
def worker(kit: ConsentKit) -> Iterator[Worker]:
    """Its one worker."""
    worker = Worker(kit, "one")
    yield worker
    worker.flusher.close(HOUR)


def told(kit: ConsentKit) -> dict[str, float]:
    """The figures that a scrape gets, but for those that are released."""
    figures = samples(TestClient(kit.metrics).get("/").text)
    return {name.removeprefix("consentkit_"): value for name, value in figures.items()}


def test_workers_that_live_and_workers_that_are_silent(kit: ConsentKit, worker: Worker) -> None:
    """All are told by whichever answers; who ended is none any more."""
    other, third = Worker(kit, "two"), Worker(kit, "three")
    worker.flusher.live(HOUR - 5)
    other.flusher.live(HOUR - 40)
    third.flusher.live(HOUR - 3)
    third.flusher.close(HOUR - 2)
    figures = told(kit)
    assert (1, 1, 1) == tuple(figures[name] for name in ("private_store_up", "workers", "silent_workers"))
    assert HOUR - 40 == figures["workers_heard_timestamp_seconds"]
    other.flusher.close(HOUR)
    assert (1, 0) == tuple(told(kit)[name] for name in ("workers", "silent_workers"))


def test_what_came_of_each_try_to_release(kit: ConsentKit, worker: Worker, tmp_path: Path) -> None:
    """Made, waited for more, failed because the sink cannot be used; then what is not delivered is told too."""
    worker.view(20)
    worker.flusher.tick(HOUR - 190)
    worker.flusher.tick(HOUR - 130)
    (sink := tmp_path / "var" / "stats.db").rename(aside := sink.with_suffix(".aside"))
    for rest in sink.parent.glob("stats.db-*"):
        rest.unlink()
    sink.mkdir()
    worker.flusher.let_go()
    worker.view(20)
    worker.flusher.tick(HOUR - 70)
    worker.flusher.tick(HOUR - 10)
    sink.rmdir()
    aside.rename(sink)
    figures = told(kit)
    assert (1, 1, 1) == tuple(figures[f"release_attempts_total {result}"] for result in ("made", "waited", "failed"))
    assert HOUR - 130 == figures["release_attempted_timestamp_seconds"]


def test_seconds_that_could_not_be_written_and_a_bound_that_was_reached(
    kit: ConsentKit, worker: Worker, tmp_path: Path
) -> None:
    """Told as soon as the private store works again; while it does not, that alone is told."""
    folder = tmp_path / "var" / "private.db"
    folder.mkdir(parents=True)
    worker.view(MOST_WAITING + 1)
    worker.flusher.tick(HOUR - 3)
    worker.flusher.tick(HOUR - 2)
    figures = told(kit)
    assert (0, False) == (figures["private_store_up"], "workers" in figures)
    folder.rmdir()
    worker.flusher.tick(HOUR - 1)
    figures = told(kit)
    assert (2, 1) == (figures["flush_failures_total"], figures["waiting_bound_reached_total"])


def test_choices_that_could_not_be_proved(tmp_path: Path) -> None:
    """Who runs the site hears of it that nobody can agree; refusals that hold without the ledger count too."""
    site = ConsentKit(config_of(settings(), tmp_path), ["k" * 40], clock=lambda: HOUR)
    (tmp_path / "var" / "consent.db").mkdir(parents=True)
    page = TestClient(site.wrap(Starlette()), base_url="https://www.example.com")
    with page:
        headers = {"Origin": "https://www.example.com"}
        answers = [page.post("/consent/", json={"choice": choice}, headers=headers) for choice in CHOICES]
    assert [503, 200] == [answer.status_code for answer in answers]
    assert 2 == told(site)["ledger_failures_total"]


def test_what_waits_changes_nothing(kit: ConsentKit, tmp_path: Path) -> None:
    """Who reads the figures cannot see from them whether fewer than k visitors came, or none."""
    quiet = ConsentKit(config_of(settings(), tmp_path / "quiet"), ["k" * 40], clock=lambda: HOUR)
    for site, views in ((kit, 9), (quiet, 0)):
        worker = Worker(site, "one")
        worker.view(views)
        for seconds in (190, 130, 70, 10):
            worker.flusher.tick(HOUR - seconds)
    assert told(quiet) == told(kit)


def test_the_documentation_names_every_metric_and_no_other(kit: ConsentKit, worker: Worker) -> None:
    """In its tables, its questions and its alerts."""
    worker.view(20)
    worker.flusher.tick(HOUR - 70)
    text = TestClient(kit.metrics).get("/").text
    there = {name.removesuffix("_total") for name in re.findall(r"# TYPE (consentkit_\w+) ", text)}
    named = {
        re.sub(r"_(total|bucket|sum|count)$", "", name)
        for name in re.findall(r"consentkit_\w+", DOCS.read_text("utf-8"))
    }
    assert there == named


@pytest.mark.server
def test_whichever_worker_answers_tells_of_all(tmp_path: Path) -> None:
    """Two real workers on one set of files, each of which serves the figures and says which one it is."""
    app = APP.replace("starlette.routing import Route", "starlette.routing import Mount, Route").replace(
        'app = ConsentKit.from_file("consentkit.toml").wrap(Starlette(routes=[',
        'kit = ConsentKit.from_file("consentkit.toml")\n'
        "async def metrics(scope, receive, send):\n"
        "    async def marked(message):\n"
        '        message.setdefault("headers", []).append((b"x-worker", str(os.getpid()).encode()))\n'
        "        await send(message)\n"
        "    await kit.metrics(scope, receive, marked)\n"
        'app = kit.wrap(Starlette(routes=[Mount("/metrics", metrics), ',
    )
    answers: dict[str, float] = {}
    with running(tmp_path, app=app) as site:
        site.request(1)

        def both_tell_of_two() -> bool:
            answer = httpx2.get(f"{site.address}/metrics/", headers={"connection": "close"})
            answers[answer.headers["x-worker"]] = samples(answer.text)["consentkit_workers"]
            return [2.0, 2.0] == list(answers.values())

        wait_until(both_tell_of_two)
