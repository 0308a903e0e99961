"""A dashboard as a process of its own, over the sink of a folder, which a test may tell to stop."""

import sys
from pathlib import Path

import uvicorn

from tests.dashboard.sinks import desk

if __name__ == "__main__":
    uvicorn.run(desk(Path(sys.argv[1])).app, port=int(sys.argv[2]), log_config=None)
