"""Exports as other tools write them, and what was counted of them."""

import csv
import gzip
import io
import json
import zipfile
from collections import Counter

from consentkit.stats.stores import open_private, open_reader

HEADER = [
    "2Path", "Title", "Event", "UserAgent", "Browser", "System", "Session", "Bot", "Referrer", "Referrer scheme",
    "Screen size", "Location", "FirstVisit", "Date",
]  # fmt: skip


def view(path="/products", **changes):
    row = dict.fromkeys(HEADER, "") | {
        "2Path": path, "Event": "false", "Browser": "Firefox 145", "System": "Windows 10", "Bot": "0",
        "Session": "3a9f", "Referrer": "www.google.com/search", "Referrer scheme": "h", "Location": "NL-NH",
        "FirstVisit": "true", "Date": "2026-03-02T10:00:00Z",
    } | changes  # fmt: skip
    return [row[name] for name in HEADER]


def as_csv(header, rows):
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def goatcounter_csv(path, rows):
    data = as_csv(HEADER, rows)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


GOATCOUNTER = {
    "info.json": [{"export_version": "1.0", "goatcounter_version": "2.7", "created_at": "2026-03-07T16:49:27Z"}],
    "paths.jsonl": [
        {"id": 211, "path": "/", "title": "Home"},
        {"id": 215, "path": "/orders/123456", "title": "Order"},
        {"id": 9, "event": True, "path": "click-banana", "title": "Banana"},
    ],
    "refs.jsonl": [
        {"id": 1, "ref": "", "ref_scheme": "o"},
        {"id": 2, "ref": "Google", "ref_scheme": "g"},
        {"id": 3, "ref": "spring", "ref_scheme": "c"},
    ],
    "browsers.jsonl": [{"id": 5, "name": "Firefox", "version": "145"}, {"id": 6, "name": "", "version": ""}],
    "systems.jsonl": [{"id": 7, "name": "Windows", "version": "10"}],
    "locations.jsonl": [{"country": "NL", "region": "NH", "country_name": "Netherlands", "region_name": "N-Holland"}],
    "languages.jsonl": [{"iso_639_3": "nld", "name": "Dutch"}],
    "hit_stats.jsonl": [
        {"hour": "2026-03-02T09:00:00Z", "path_id": 211, "ref_id": 2, "count": 30},
        {"hour": "2026-03-02T23:00:00Z", "path_id": 215, "ref_id": 1, "count": 20},
        {"hour": "2026-03-02T23:00:00Z", "path_id": 9, "ref_id": 1, "count": 40},
        {"hour": "2026-03-02T23:00:00Z", "path_id": 211, "ref_id": 99, "count": 40},
        {"hour": "2026-03-02T23:00:00Z", "path_id": 211, "ref_id": 1, "count": -1},
    ],
    "browser_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "browser_id": 5, "count": 30}],
    "system_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "system_id": 7, "count": 30}],
    "location_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "location": "NL-NH", "count": 50}],
    "language_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "language": "nld", "count": 30}],
    "size_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "width": 1280, "count": 30}],
}


def goatcounter_archive(path, **changes):
    tables = {name: "\n".join(map(json.dumps, rows)).encode() for name, rows in (GOATCOUNTER | changes).items()}
    return zipped(path, {f"goatcounter-export-example/{name}": data for name, data in tables.items()})


PLAUSIBLE = {
    "visitors": (
        "date,visitors,pageviews,bounces,visits,visit_duration",
        ["2026-03-02,40,100,10,50,900", "2026-03-03,40,60,0,20,900"],
    ),
    "pages": (
        "date,hostname,page,visits,visitors,pageviews",
        ["2026-03-02,www.example.com,/products/12345,50,40,100", "2026-03-03,www.example.com,/,20,20,60"],
    ),
    "entry_pages": (
        "date,entry_page,visitors,entrances,visit_duration,bounces",
        ["2026-03-02,/,40,50,900,10", "2026-03-02,,4,5,9,5"],
    ),
    "exit_pages": ("date,exit_page,visitors,visit_duration,exits,bounces,pageviews", [
        "2026-03-02,/products/12345,40,900,35,10,100", "2026-03-02,/,40,900,15,10,50",
    ]),
    "custom_events": (
        "date,name,link_url,path,visitors,events",
        [
            "2026-03-02,Contact,,,9,12", "2026-03-02,Outbound Link: Click,https://www.example.org/a?b=c,,9,11",
            "2026-03-02,File Download,https://www.example.com/files/prices.pdf,,9,10", "2026-03-02,404,,/old,9,13",
            "2026-03-02,Signup,,,9,10", "2026-03-02,Contact,,,9,many",
        ],
    ),
    "sources": (
        "date,source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,pageviews,visits,bounces",
        ["2026-03-02,Google,,,,,,,60,30,5", "2026-03-02,,,letter,email,spring,,,40,20,5"],
    ),
    "locations": ("date,country,region,visits,bounces,pageviews", ["2026-03-02,NL,NL-NH,50,10,100"]),
    "devices": ("date,device,visitors,visits,bounces,pageviews", ["2026-03-02,Laptop,40,50,10,100"]),
    "browsers": ("date,browser,browser_version,visits,bounces,pageviews", ["2026-03-02,Chrome,145.0,50,10,100"]),
    "operating_systems": ("date,operating_system,visits,bounces,pageviews", ["2026-03-02,Mac,50,10,100"]),
}  # fmt: skip


def plausible_files():
    return {
        f"imported_{name}_20260301_20260331.csv": "\n".join((header, *rows)).encode()
        for name, (header, rows) in PLAUSIBLE.items()
    }


def plausible_archive(path, **changes):
    return zipped(path, plausible_files() | changes)


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def counted(config):
    private = open_private(config.stats.private, config.base)
    try:
        return private.balance().counted
    finally:
        private.close()


def cells(config):
    """What was counted by value, be it published or waiting."""
    private, reader = open_private(config.stats.private, config.base), open_reader(config.stats.sink, base=config.base)
    try:
        found = Counter(private.balance().cells)
    finally:
        private.close()
    for row in reader.cells():
        found[row.breakdown, row.value, row.metric] += row.events
    return found
