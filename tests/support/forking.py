"""Uvicorn workers that are forked from a process which has loaded the app: a killed one is replaced in milliseconds.

`python -m tests.support.forking site_app:app --port 8000 --workers 4`, as uvicorn's own command, whose workers load
everything anew, about half a second of processor time each.
"""

import argparse
import os
import signal
import socket
import sys

import uvicorn

SIGNALS = {signal.SIGTERM, signal.SIGCHLD}


def main() -> None:
    """Keep as many workers as asked for until SIGTERM, which is passed on to them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("app")
    parser.add_argument("--port", type=int)
    parser.add_argument("--workers", type=int)
    asked = parser.parse_args()
    sys.path.insert(0, "")
    config = uvicorn.Config(asked.app, access_log=False)
    config.load()
    listener = socket.create_server(("127.0.0.1", asked.port), backlog=100)
    # Blocked, so that neither comes between a fork and the note of it.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    workers: set[int] = set()
    while True:
        while len(workers) < asked.workers:
            workers.add(forked(config, listener))
        if signal.sigwait(SIGNALS) == signal.SIGTERM:
            break
        workers -= ended(workers)
    for worker in workers:
        os.kill(worker, signal.SIGTERM)
    for worker in workers:
        os.waitpid(worker, 0)


def ended(workers: set[int]) -> set[int]:
    """Those of the workers that are no more."""
    return {worker for worker in workers if os.waitpid(worker, os.WNOHANG)[0]}


def forked(config: uvicorn.Config, listener: socket.socket) -> int:
    """The process id of a new worker."""
    worker = os.fork()
    if worker == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        uvicorn.Server(config).run(sockets=[listener])
        os._exit(0)
    return worker


if __name__ == "__main__":
    main()
