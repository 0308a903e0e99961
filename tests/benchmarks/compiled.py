"""What the compiled build costs: measured as the sources are, in a process of its own, beside the same exporter."""

import json
import subprocess
import sys
from typing import NamedTuple

from tests.benchmarks.writing import Taken
from tests.support.compiled import NoCompilerError, environment, tree


class Measured(NamedTuple):
    """By subject the microseconds that it adds to a request, by round; what the thread takes."""

    added: dict[str, list[float]]
    thread: Taken


def measured() -> Measured | None:
    """What the compiled build takes, None where it cannot be made."""
    try:
        folder = tree(level="3")
    except NoCompilerError as problem:
        print(problem)
        return None
    command = [sys.executable, "-m", "tests.benchmarks.request_cost"]
    ran = subprocess.run(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, check=True)
    found = json.loads(ran.stdout)
    return Measured(**found)
