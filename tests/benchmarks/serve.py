"""Serves the site of the benchmarks: `python -m tests.benchmarks.serve KIND PORT WORKERS FOLDER`, KIND bare or kit."""

import os
import socket
import sys
from pathlib import Path

import uvicorn

from consentkit.stats import flusher
from tests.benchmarks.sites import App, kit_in, starlette_app


def bare() -> App:
    """The site alone."""
    return starlette_app()


def kit() -> App:
    """The site with everything on, which releases every second, so that no round goes without."""
    flusher.RELEASE_SECONDS = 1.0
    return kit_in(Path(os.environ["BENCH_FOLDER"])).wrap(starlette_app())


def main() -> None:
    """Serve until SIGTERM."""
    kind, port, workers, folder = sys.argv[1:]
    os.environ["BENCH_FOLDER"] = folder
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=512)
    # uvicorn sets it on sockets that it opens itself, and accepted ones inherit it: without it answers wait 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.set_inheritable(True)
    uvicorn.run(
        f"tests.benchmarks.serve:{kind}",
        factory=True,
        workers=int(workers),
        fd=listener.fileno(),
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
