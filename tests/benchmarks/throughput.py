"""Throughput and latency of uvicorn with one and two workers, with and without consentkit, and what a worker holds."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.load import CONNECTIONS, Load, client, load
from tests.benchmarks.report import Report
from tests.benchmarks.sites import AGENTS, consent_cookie, kit_in

ROUNDS = 5
SECONDS = 2
PATIENCE = 30.0
PATH = "/products/item-1"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int

    def stop(self) -> None:
        """End it, and its workers with it."""
        self.process.terminate()
        self.process.wait(PATIENCE)

    def pids(self) -> list[int]:
        """The process and its children."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("utf-8").split()
        return [self.process.pid, *map(int, children)]

    def megabytes(self) -> float:
        """The resident memory of them all."""
        return sum(map(_resident, self.pids()))

    def seconds(self) -> float:
        """The CPU that they have taken so far."""
        return sum(map(_cpu, self.pids()))


def reports() -> list[Report]:
    """One table."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        kit = kit_in(folder / "cookie")
        headers = {
            "User-Agent": AGENTS[0], "Accept-Language": "nl-NL,nl;q=0.9", "Sec-Fetch-Dest": "document",
            "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", "Cookie": consent_cookie(kit).decode(),
        }  # fmt: skip
        kit.close()
        servers = {}
        for workers in (1, 2):
            for kind, what in (("bare", "without"), ("kit", "with consentkit")):
                label = f"{workers} worker{'s' if workers > 1 else ''}, {what}"
                servers[label] = _started(kind, workers, folder / f"{kind}{workers}")
                stack.callback(servers[label].stop)
        found: dict[str, list[tuple[Load, float]]] = {label: [] for label in servers}
        for number in range(ROUNDS + 1):
            for label, server in servers.items():
                before = server.seconds()
                one = load(server.port, PATH, headers, SECONDS)
                if number:
                    found[label].append((one, (server.seconds() - before) / (one.per_second * SECONDS) * 1e6))
        return [_report(found, {label: server.megabytes() for label, server in servers.items()})]


def _report(found: dict[str, list[tuple[Load, float]]], megabytes: dict[str, float]) -> Report:
    rows: dict[str, dict[str, float]] = {}
    for label, measured in found.items():
        loads = [one for one, _ in measured]
        rows[label] = {
            "µs of CPU a request": round(statistics.median(cpu for _, cpu in measured)),
            "requests/s": round(statistics.median(one.per_second for one in loads)),
            "p50 ms": round(statistics.median(one.p50 for one in loads), 2),
            "p99 ms": round(statistics.median(one.p99 for one in loads), 2),
            "MB": round(megabytes[label], 1),
        }
        without = rows[label.partition(",")[0] + ", without"]
        rows[label]["÷ without"] = round(rows[label]["µs of CPU a request"] / without["µs of CPU a request"], 2)
    return Report(
        "uvicorn under load: a page of a visitor who has chosen, everything counted",
        ("µs of CPU a request", "÷ without", "requests/s", "p50 ms", "p99 ms", "MB"),
        rows,
        (
            f"Medians of {ROUNDS} interleaved rounds of {SECONDS} s, {CONNECTIONS} keep-alive connections, {client()}",
            "on the same machine. Counts are written, and released, once a second.",
            "CPU is that of all processes and threads of the server, which busy neighbours disturb least. MB: their",
            "resident memory after the load.",
        ),
    )


def _started(kind: str, workers: int, folder: Path) -> Server:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.serve", kind, str(port), str(workers), str(folder)]
    server = Server(subprocess.Popen(command), port)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server
        except OSError:
            if time.monotonic() > end or server.process.poll() is not None:
                server.process.kill()
                raise
            time.sleep(0.05)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
