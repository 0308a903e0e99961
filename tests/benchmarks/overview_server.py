"""Serves the dashboard of the simulated year: `python -m tests.benchmarks.overview_server PORT FOLDER`."""

import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from consentkit.assets import Assets
from consentkit.dashboard import Settings, create_dashboard, open_file
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from tests.dashboard.sinks import CHEAP, KEYS
from tests.simulate.year import NIGHT

BEGUN = time.monotonic()


def now() -> float:
    """The evening of the year's last day, from when the server was started on."""
    return NIGHT + time.monotonic() - BEGUN


def main() -> None:
    """Serve until SIGTERM."""
    folder = Path(sys.argv[2])
    app = create_dashboard(
        reader=SqliteSinkReader(folder / "stats.db"),
        store=open_file(folder / "dashboard.db", clock=now, hasher=CHEAP),
        keys=KEYS,
        settings=Settings(site="Example", timezone=ZoneInfo("Europe/Amsterdam"), now=now),
        assets=Assets(),
    )
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
