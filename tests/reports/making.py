"""Reports of the tests' sink."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from consentkit.dashboard.wording import Wording
from consentkit.reports.content import Content, read_content
from consentkit.reports.periods import Days
from consentkit.reports.saying import Said, say
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader

WEEK = (dt.date(2026, 11, 16), dt.date(2026, 11, 22))
HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "</td></table>", "=1+1")


def content(path: Path, days: Days = WEEK, site: str = "Example") -> Content:
    """What a report of some days says."""
    return read_content(SqliteSinkReader(path), site, days, ZoneInfo("Europe/Amsterdam"))


def said(path: Path, days: Days = WEEK, language: str = "en", site: str = "Example", link: str = "") -> Said:
    """The report in words."""
    return say(content(path, days, site), Wording(language), link)
