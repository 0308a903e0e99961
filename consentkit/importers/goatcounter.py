"""GoatCounter's export: one row a page view, which becomes counts and nothing else."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from consentkit.importers.days import Days, browser_named, country_of, page_of, region_of, source_named, system_named
from consentkit.stats.breakdowns import VIEWS, VISITS
from consentkit.stats.enrich.campaign import campaign_value
from consentkit.stats.enrich.channel import channel_of
from consentkit.stats.model import NONE

VERSION = "2"
FIRST_COLUMN = re.compile(r"\ufeff?(\d+),?Path")
"""The header begins with the version of the format."""
NEEDED = ("Path", "Event", "Browser", "System", "Bot", "Referrer", "Referrer scheme", "Location", "FirstVisit", "Date")


def is_goatcounter(header: Sequence[str]) -> bool:
    """Whether a header is that of an export; ValueError for a version that is not known here."""
    match = FIRST_COLUMN.fullmatch(header[0]) if header else None
    if match is None and len(header) > 1 and header[0].lstrip("\ufeff").isdigit() and header[1] == "Path":
        match = re.fullmatch(r"\ufeff?(\d+)", header[0])
    if match is None:
        return False
    if match[1] != VERSION:
        raise ValueError(f"GoatCounter's export has the format {match[1]}; only {VERSION} can be read. Export it anew.")
    return True


def count_goatcounter(header: Sequence[str], rows: Iterable[Sequence[str]], timezone: ZoneInfo) -> Days:
    """The counts of an export by day in the site's time zone; of bots and events only how many were left out."""
    names = ["Path", *header[1:]] if header[1] != "Path" else ["Path", *header[2:]]
    days = Days()
    for row in rows:
        days.rows += 1
        view = dict(zip(names, row, strict=False))
        when = _moment(view.get("Date", ""))
        if when is None or any(name not in view for name in NEEDED):
            days.rejected += 1
        elif view["Bot"] not in ("0", "") or view["Event"].lower() == "true":
            days.left_out += 1
        else:
            _count(days, view, when.astimezone(timezone).date().isoformat())
    return days


def _count(days: Days, view: Mapping[str, str], day: str) -> None:
    values = {"page": page_of(view["Path"]), "os": system_named(view["System"])}
    values["browser"], values["browser_version"] = browser_named(view["Browser"])
    values["country"] = country_of(view["Location"][:2])
    values["region"] = region_of(view["Location"])
    scheme, text = view["Referrer scheme"], view["Referrer"]
    campaign = campaign_value(text) if scheme == "c" else NONE
    values["referrer"], referred = source_named("" if scheme == "c" else text)
    values["channel"] = channel_of(referred, medium=NONE, source=campaign)
    values["campaign"] = campaign
    begins = view["FirstVisit"].lower() in ("true", "1")
    for metric in (VIEWS, VISITS) if begins else (VIEWS,):
        days.add(day, metric, values, 1)
        days.add_total(day, metric, 1)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
