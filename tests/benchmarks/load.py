"""Puts load on a server: with wrk (Debian's) where it is installed, else with a small client of our own."""

import asyncio
import re
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass

CONNECTIONS = 16
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What a server did: requests per second, and the milliseconds within which half and 99 % were answered."""

    per_second: float
    p50: float
    p99: float


def client() -> str:
    """What puts the load on."""
    return "wrk" if shutil.which("wrk") else "a client in Python"


def load(port: int, path: str, headers: dict[str, str], seconds: int) -> Load:
    """Ask for a path again and again over keep-alive connections."""
    if shutil.which("wrk"):
        return _wrk(port, path, headers, seconds)
    return asyncio.run(_own(port, path, headers, seconds))


def _wrk(port: int, path: str, headers: dict[str, str], seconds: int) -> Load:
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *given, f"http://127.0.0.1:{port}{path}"]
    out = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 20).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"the server refused requests:\n{out}")
    return Load(float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), _percentile(out, 50), _percentile(out, 99))  # type: ignore[index]


def _percentile(out: str, which: int) -> float:
    match = re.search(rf"^\s+{which}%\s+([\d.]+)(us|ms|s)", out, re.M)
    assert match, out
    return float(match[1]) * UNITS[match[2]]


async def _own(port: int, path: str, headers: dict[str, str], seconds: int) -> Load:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    wanted = ("\r\n".join(lines) + "\r\n\r\n").encode()
    end = time.perf_counter() + seconds
    took: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (start := time.perf_counter()) < end:
            writer.write(wanted)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.I)
            if length is None or b" 200 " not in head:
                raise RuntimeError(f"the server refused a request: {head!r}")
            await reader.readexactly(int(length[1]))
            took.append(time.perf_counter() - start)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    cuts = statistics.quantiles(took, n=100)
    return Load(len(took) / seconds, cuts[49] * 1000, cuts[98] * 1000)
