"""What consentkit adds to a request in CPU, beside middleware that people know."""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from itsdangerous import TimestampSigner
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp
from starlette_exporter import PrometheusMiddleware

from consentkit import ConsentKit
from consentkit.own_visit import VISIT
from consentkit.stats.visitor.codec import StateCodec
from consentkit.stats.visitor.state import Source, View, advance
from tests.benchmarks import compiled, writing
from tests.benchmarks.compiled import Measured
from tests.benchmarks.report import Report
from tests.benchmarks.sites import PAGE, SECRET, TWELVE, answering, consent_cookie, kit_in, starlette_app
from tests.benchmarks.timing import Subject, added, figures, prepared
from tests.benchmarks.writing import Taken

HTML, JSON = b"text/html; charset=utf-8", b"application/json"
NOBODY, SIGNED_IN = "SessionMiddleware, nobody signed in", "SessionMiddleware, signed in"
EXPORTER = "starlette_exporter"
OURS = {"all": "consentkit, choice made, counted", "12": "consentkit, choice made, counted by 12 breakdowns"}
ROUNDS, REQUESTS = 60, 100


class Uncounted:
    """Counts nothing: what is left is the gate."""

    def open(self) -> None:
        """The server starts."""

    def happened(self, *_: Any) -> None:
        """Nobody looks after these workers."""

    def began(self) -> bool:
        """A request is being answered."""
        return True

    def carry(self, *_: Any) -> None:
        """No visit is carried on."""

    def count(self, *_: Any, **__: Any) -> None:
        """Take a request that is over."""

    def close(self) -> None:
        """Nothing is held."""


def reports() -> list[Report]:
    """The gate alone, everything, and the thread that writes."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        written, thread = writing.report(folder / "writing")
        gate = _gate_only(folder, stack)
        found = everything(folder, stack, peers=True)
        return [_gate(gate, _choice(gate)), _everything(found, thread, compiled.measured()), written]


def main() -> None:
    """Print, as JSON, what the build takes that this process has imported."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        _, thread = writing.report(folder / "writing")
        sys.stdout.write(json.dumps({"added": everything(folder, stack, peers=False), "thread": thread}))


def _gate_only(folder: Path, stack: ExitStack) -> ConsentKit:
    kit = kit_in(folder / "gate", places=False)
    kit.counting = Uncounted()
    stack.callback(kit.close)
    return kit


def _choice(kit: ConsentKit) -> tuple[bytes, bytes]:
    """The cookies of a visitor who is signed in and has chosen."""
    return b"cookie", b"session=" + b"s" * 40 + b"; " + consent_cookie(kit)


def session_cookie() -> bytes:
    """The cookie of a visitor who is signed in, as SessionMiddleware makes it."""
    data = b64encode(json.dumps({"user": "ann", "cart": [1, 2]}).encode())
    return b"session=" + TimestampSigner(SECRET).sign(data)


def _gate(kit: ConsentKit, choice: tuple[bytes, bytes]) -> Report:
    html, data = answering(HTML), answering(JSON)
    session = SessionMiddleware(html, secret_key=SECRET)
    signed_in = (b"cookie", session_cookie())
    subjects = {
        "bare": Subject(html, []),
        "bare, JSON": Subject(data, [], "bare, JSON"),
        "gate, page, choice made": Subject(kit.wrap(html), [choice]),
        "gate, JSON, choice made": Subject(kit.wrap(data), [choice], "bare, JSON"),
        "gate, page, no cookie, privacy signal": Subject(kit.wrap(html), [(b"sec-gpc", b"1")]),
        "gate, JSON, no cookie": Subject(kit.wrap(data), [], "bare, JSON"),
        NOBODY: Subject(session, []),
        "SessionMiddleware, broken session": Subject(session, [choice]),
        SIGNED_IN: Subject(session, [signed_in]),
    }
    subjects["bare"] = Subject(html, [], "bare")
    found = asyncio.run(added(subjects, rounds=150, requests=100))
    bases = {"÷ nobody": found[NOBODY], "÷ signed in": found[SIGNED_IN]}
    return Report(
        "The gate alone: µs of CPU added to a request whose answer is not rewritten",
        ("median", "fastest tenth", *bases),
        {name: figures(values, bases) for name, values in found.items()},
        (
            "One ASGI app that sends one page, called in this process; 150 interleaved rounds of 100 requests.",
            "Nothing is counted. The session is verified and signed anew, as Starlette does for each request.",
        ),
    )


def everything(folder: Path, stack: ExitStack, *, peers: bool) -> dict[str, list[float]]:
    """Microseconds that everything adds to a page, by round, beside starlette_exporter, and `peers` too."""
    kits = {link: kit_in(folder / link, link=link) for link in ("template", "inject")}
    kits["carrying"] = kit_in(folder / "carrying", exemption="fr")
    kits["12"] = kit_in(folder / "12", breakdowns=TWELVE)
    for kit in kits.values():
        stack.callback(kit.close)
    prepared(*kits.values())
    choice, carrying = _choice(_gate_only(folder, stack)), kits["carrying"]
    subjects = {
        "bare": Subject(starlette_app(), [], "bare"),
        OURS["all"]: Subject(kits["template"].wrap(starlette_app()), [choice]),
        OURS["12"]: Subject(kits["12"].wrap(starlette_app()), [choice]),
        "consentkit, banner put in, counted": Subject(kits["template"].wrap(starlette_app()), []),
        "consentkit, link put in, counted": Subject(kits["inject"].wrap(starlette_app()), [choice]),
        "consentkit, choice made, visit carried, counted": Subject(carrying.wrap(starlette_app()), _carried(carrying)),
        EXPORTER: Subject(starlette_app(Middleware(PrometheusMiddleware, group_paths=True)), []),
    }
    return asyncio.run(added({**subjects, **(_peers() if peers else {})}, rounds=ROUNDS, requests=REQUESTS))


def _peers() -> dict[str, Subject]:
    instrumented = starlette_app()
    Instrumentator(registry=CollectorRegistry()).instrument(instrumented)
    traced: ASGIApp = OpenTelemetryMiddleware(
        starlette_app(), tracer_provider=TracerProvider(), meter_provider=MeterProvider()
    )
    return {
        "prometheus-fastapi-instrumentator": Subject(instrumented, []),
        "OpenTelemetry ASGI middleware": Subject(traced, []),
    }


def _everything(found: Mapping[str, list[float]], thread: Taken, made: Measured | None) -> Report:
    rows = _rows(found, thread, "")
    if made is not None:
        rows |= _rows(made.added, made.thread, " (compiled)")
    return Report(
        f"Everything: µs of CPU added to a page of {len(PAGE)} bytes",
        ("median", "fastest tenth", f"÷ {EXPORTER}"),
        rows,
        (
            f"A Starlette app with a router, called in this process; {ROUNDS} interleaved rounds of {REQUESTS}",
            "requests. Signed choice, gate, classification, place by a database of countries, all breakdowns or 12, 6",
            "crossings. The rows with the thread add what flush and release take in it, at so many requests a second.",
            "Compiled: in a process of its own, beside the same exporter, to which its ratios are.",
            "OpenTelemetry: SDK providers without exporter or reader.",
        ),
    )


def _rows(found: Mapping[str, list[float]], thread: Taken, build: str) -> dict[str, dict[str, float]]:
    base = statistics.median(found[EXPORTER])
    rows = {f"{name}{build}": figures(values, {f"÷ {EXPORTER}": found[EXPORTER]}) for name, values in found.items()}
    for counted, cases in thread.items():
        for case, more in cases.items():
            whole = rows[f"{OURS[counted]}{build}"]["median"] + more
            rows[f"{case}, with the thread{build}"] = {
                "median": round(whole, 2), f"÷ {EXPORTER}": round(whole / base, 2),
            }  # fmt: skip
    return rows


def _carried(kit: ConsentKit) -> list[tuple[bytes, bytes]]:
    """The headers of a page view in a visit that is under way."""
    today = datetime.now(UTC).date()
    state, _ = advance(None, View(time.time(), today, True, Source("direct", "(none)", "/")))
    visit = f"{VISIT}={StateCodec([SECRET]).encode(state)}".encode()
    navigation = [(b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", b"document"), (b"sec-fetch-site", b"none")]
    return [(b"cookie", consent_cookie(kit) + b"; " + visit), *navigation]


if __name__ == "__main__":
    main()
