"""A release as text, as it lies in the outbox until the sink has it."""

import json
from collections import Counter
from typing import Any

from consentkit.stats.load import LoadCell
from consentkit.stats.model import Cell, Gap, Proof, Published, Release


def dumped(release: Release) -> str:
    """The release as JSON."""
    return json.dumps(
        {
            "day": release.day,
            "cells": [[*cell, p.count, p.increments, p.smallest] for cell, p in release.cells.items()],
            "proofs": [[*key, p.releases, p.events, p.smallest] for key, p in release.proofs.items()],
            "totals": [[*key, count] for key, count in release.totals.items()],
            "gaps": release.gaps,
            "load": [[*key, count] for key, count in release.load.items()],
        },
        separators=(",", ":"),
    )


def loaded(text: str) -> Release:
    """The release that `dumped` wrote."""
    data: dict[str, Any] = json.loads(text)
    return Release(
        day=data["day"],
        cells={Cell(*row[:3]): Published(*row[3:]) for row in data["cells"]},
        proofs={(row[0], row[1]): Proof(*row[2:]) for row in data["proofs"]},
        totals=Counter({(day, metric): count for day, metric, count in data["totals"]}),
        gaps=[Gap(*row) for row in data["gaps"]],
        load=Counter({LoadCell(begin, route, metric): count for begin, route, metric, count in data["load"]}),
    )
