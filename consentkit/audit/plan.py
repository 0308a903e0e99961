"""What to audit, and how."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from consentkit.audit.model import State

Choice = Literal["refuse", "accept", "withdraw"]
CHOICES: dict[State, Choice] = {State.REFUSED: "refuse", State.ACCEPTED: "accept", State.WITHDRAWN: "withdraw"}
"""The choice that leads into a state."""


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """Which browser, and what it tells the site. `path` None means: look for one; `user_agent` "" leaves its own."""

    path: Path | None = None
    language: str = "en-GB"
    user_agent: str = ""
    sandbox: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What to audit and how. `wait` (seconds) is spent on each page after it has loaded, `timeout` (seconds) at most on
    one step. `crawl` is how many pages to find by links if no `paths` are named. `named` and `consent_path` are told
    where the site's own controls and declaration do not show."""

    url: str
    paths: tuple[str, ...] = ()
    crawl: int = 0
    states: tuple[State, ...] = tuple(State)
    wait: float = 2.0
    timeout: float = 30.0
    own: tuple[str, ...] = ()
    named: dict[Choice, str] = field(default_factory=dict)
    consent_path: str = ""
    browser: BrowserSettings = field(default_factory=BrowserSettings)
