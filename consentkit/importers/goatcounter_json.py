"""GoatCounter's JSON export: a zip file with the counts of hours and days, which is all that it keeps by default.

Format 1.0, as GoatCounter's own help describes it. A path counts once a visit there; of visits themselves nothing is
known. Its days are those of UTC.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from consentkit.importers.days import Days, browser_named, country_of, page_of, region_of, system_named
from consentkit.importers.goatcounter import referred
from consentkit.stats.breakdowns import VIEWS
from consentkit.stats.model import OTHER, UNKNOWN

COUNTS = "hit_stats.jsonl"
"""The table without which an archive is none of these exports."""
VERSION = re.compile(r"1\.\d+")
MOST = 1 << 40
"""Of a count of one row; a larger one is no count."""
LONGEST = 1 << 16
"""Bytes of a line; a page's path and title, at their longest, take a twentieth."""
MOST_LINES = 100
"""Of info.json."""

THREE_LETTERS = {
    "ara": "ar", "bul": "bg", "ces": "cs", "dan": "da", "deu": "de", "ell": "el", "eng": "en", "est": "et",
    "fin": "fi", "fra": "fr", "gle": "ga", "hrv": "hr", "hun": "hu", "isl": "is", "ita": "it", "jpn": "ja",
    "kor": "ko", "lav": "lv", "lit": "lt", "mlt": "mt", "nld": "nl", "nor": "no", "nob": "nb", "nno": "nn",
    "pol": "pl", "por": "pt", "ron": "ro", "rus": "ru", "slk": "sk", "slv": "sl", "spa": "es", "swe": "sv",
    "tur": "tr", "ukr": "uk", "vie": "vi", "zho": "zh", "hin": "hi", "ind": "id", "fas": "fa", "heb": "he",
    "tha": "th", "cat": "ca", "eus": "eu", "glg": "gl", "fry": "fy", "ltz": "lb", "srp": "sr", "bos": "bs",
    "mkd": "mk", "sqi": "sq", "msa": "ms", "ben": "bn", "urd": "ur", "cym": "cy",
}  # fmt: skip
"""ISO 639-3, which it has, → ISO 639-1, by which languages are counted here."""

Row = Mapping[str, Any]
T = TypeVar("T")
Lines = Callable[[str], Iterable[bytes]]
"""The lines of one of its files, none where it is not there; one over LONGEST in parts, of which each is no row."""


def count_json(lines: Lines, latest: date = date.max) -> Days:
    """The counts of an export up to the day `latest`; ValueError for a version that is not known here."""
    _check_version(b"".join(islice(lines("info.json"), MOST_LINES)))
    days = Days(latest)
    pages = _by_id(lines("paths.jsonl"), lambda row: "" if row.get("event") else page_of(str(row.get("path", ""))))
    for table, values_of in _tables(lines).items():
        for row in _rows(lines(table)):
            days.rows += 1
            try:
                _count(days, row, pages, values_of)
            except (KeyError, TypeError, ValueError):
                days.rejected += 1
    return days


def _check_version(info: bytes) -> None:
    found = _read(info)
    version = str(found.get("export_version", ""))
    if not VERSION.fullmatch(version):
        raise ValueError(f"GoatCounter's JSON export has the format {version or 'of none'}; only 1.x can be read")


def _count(days: Days, row: Row, pages: Mapping[Any, str], values_of: Callable[[Row], dict[str, str]]) -> None:
    day, count = days.checked(date.fromisoformat(str(row.get("hour") or row["day"])[:10])), row["count"]
    if not isinstance(count, int) or not 0 <= count <= MOST:
        raise ValueError("no count")
    page = pages[row["path_id"]]
    if not page:
        days.left_out += 1
        return
    values = values_of(row)
    if "hour" in row:
        values["page"] = page
        days.add_total(day, VIEWS, count)
    days.add(day, VIEWS, values, count)


def _tables(lines: Lines) -> dict[str, Callable[[Row], dict[str, str]]]:
    """The tables of counts, and the values that a row of each stands for."""
    refs = _by_id(lines("refs.jsonl"), lambda row: referred(str(row.get("ref", "")), str(row.get("ref_scheme", ""))))
    browsers = _by_id(lines("browsers.jsonl"), _browser)
    systems = _by_id(lines("systems.jsonl"), lambda row: {"os": system_named(str(row.get("name", "")))})
    return {
        COUNTS: lambda row: dict(refs[row["ref_id"]]),
        "browser_stats.jsonl": lambda row: browsers[row["browser_id"]],
        "system_stats.jsonl": lambda row: systems[row["system_id"]],
        "location_stats.jsonl": _location,
        "language_stats.jsonl": _language,
    }


def _by_id(lines: Iterable[bytes], value_of: Callable[[Row], T]) -> dict[int, T]:
    return {row["id"]: value_of(row) for row in _rows(lines) if isinstance(row.get("id"), int)}


def _browser(row: Row) -> dict[str, str]:
    browser, version = browser_named(f"{row.get('name', '')} {row.get('version', '')}")
    return {"browser": browser, "browser_version": version}


def _location(row: Row) -> dict[str, str]:
    location = str(row["location"])
    return {"country": country_of(location[:2]), "region": region_of(location)}


def _language(row: Row) -> dict[str, str]:
    code = str(row["language"])
    return {"language": THREE_LETTERS.get(code, OTHER) if code else UNKNOWN}


def _rows(lines: Iterable[bytes]) -> Iterator[Row]:
    """The objects of a file; a line that is none is an empty one, which no table takes."""
    for line in lines:
        if line.strip():
            yield _read(line)


def _read(text: bytes) -> Row:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
