"""Reads purposes and services of the configuration file into the declaration."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from consentkit.declaration import (
    AUDIENCE_MEASUREMENT,
    BUILT_IN_PURPOSES,
    EXEMPTIONS,
    NECESSARY,
    STORAGE_KINDS,
    Declaration,
    Purpose,
    Service,
    StorageItem,
    Text,
    purpose_token,
)
from consentkit.duration import days_of
from consentkit.errors import Finding
from consentkit.reader import Table, shown
from consentkit.rules import FORBIDDEN_SERVICE_KEYS, known_tracker
from consentkit.texts import purpose_texts

MAX_SERVICES_PER_PURPOSE = 20
MAX_PURPOSES = 10
"""Bounds that keep the consent cookie, its name included, under 200 bytes: 97 and, for each purpose, 5 and a
hexadecimal digit for every 4 services."""

ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def read_declaration(top: Table, languages: tuple[str, ...], revision: int, own: Sequence[Service] = ()) -> Declaration:
    """Read `[[purposes]]` and `[[services]]`; what is wrong goes to the table's findings. `own` are ours besides."""
    extra: dict[str, tuple[str, Text, Text, bool]] = {}
    for table in top.tables("purposes"):
        purpose = _read_purpose(table, languages)
        if purpose[0] in extra:
            table.wrong("id", f"{shown(purpose[0])} is used twice; ids are unique")
        extra[purpose[0]] = purpose
    known = (*BUILT_IN_PURPOSES, *extra)
    services = [*(_read_service(table, known, languages) for table in top.tables("services")), *own]
    _refuse_doubles(services, top.findings)
    purposes = []
    for id_ in known:
        mine = tuple(service for service in services if service.purpose == id_)
        if not mine and id_ != NECESSARY:
            continue
        title, description = purpose_texts(id_)
        gpc = True
        if id_ in extra:
            _, title, description, gpc = extra[id_]
        elif id_ == "preferences":
            gpc = False
        purposes.append(Purpose(id_, title, description, mine, gpc, purpose_token(id_, mine, revision)))
        if len(mine) > MAX_SERVICES_PER_PURPOSE:
            message = f"{len(mine)} services have the purpose {id_!r}; at most {MAX_SERVICES_PER_PURPOSE} fit, split it"
            top.findings.append(Finding("services", message))
    if len(purposes) > MAX_PURPOSES + 1:
        top.findings.append(Finding("purposes", f"{len(purposes)} purposes are in use; at most {MAX_PURPOSES} fit"))
    return Declaration(tuple(purposes), revision)


def _id(table: Table) -> str:
    value = table.text("id", required=True)
    if value and not ID.fullmatch(value):
        table.wrong("id", f"{shown(value)} is no id; use small letters, digits, - and _, beginning with a letter")
    return value


def _text(table: Table, name: str, languages: tuple[str, ...], *, required: bool = False) -> Text:
    """A text given once, or a table with every language of the site."""
    value = table.data.get(name)
    if not isinstance(value, Mapping):
        text = table.text(name, required=required)
        return {"": text} if text else {}
    table.known.add(name)
    for language, text in value.items():
        if not isinstance(text, str) or not text.strip():
            table.wrong(f"{name}.{language}", f"{shown(text)} is not a text")
    missing = [language for language in languages if language not in value]
    if missing:
        table.wrong(
            name,
            f"lacks {', '.join(missing)}; write it in every language of site.languages, or one text for all",
        )
    return {language: text for language, text in value.items() if isinstance(text, str)}


def _read_purpose(table: Table, languages: tuple[str, ...]) -> tuple[str, Text, Text, bool]:
    id_ = _id(table)
    if id_ in BUILT_IN_PURPOSES:
        table.wrong("id", f"{shown(id_)} is built in; the built-in ones need no [[purposes]]")
    title = _text(table, "title", languages, required=True)
    description = _text(table, "description", languages, required=True)
    gpc = table.get("gpc", bool, True)
    table.done(FORBIDDEN_SERVICE_KEYS)
    return id_, title, description, gpc


def _read_service(table: Table, purposes: tuple[str, ...], languages: tuple[str, ...]) -> Service:
    purpose = table.one_of("purpose", purposes, "marketing", required=True)
    service = Service(
        id=_id(table),
        name=_text(table, "name", languages, required=True),
        purpose=purpose,
        storage=tuple(_read_item(item) for item in table.tables("storage")),
        description=_text(table, "description", languages, required=purpose != NECESSARY),
        origins=tuple(_origin(table, origin) for origin in table.texts("origins")),
        exemption=table.one_of("exemption", EXEMPTIONS, "", required=False),
        justification=_text(table, "justification", languages),
        third_party=table.text("third_party"),
        privacy_policy=table.converted("privacy_policy", _address, ""),
    )
    if purpose == NECESSARY:
        _check_necessary(table, service)
    elif service.exemption:
        table.wrong("exemption", f'{shown(service.exemption)} is only for purpose "{NECESSARY}"; remove it', "C18")
    if service.id in purposes:
        table.wrong("id", f"{shown(service.id)} is the id of a purpose; choose another")
    table.done(FORBIDDEN_SERVICE_KEYS)
    return service


def _check_necessary(table: Table, service: Service) -> None:
    if not service.exemption:
        allowed = ", ".join(EXEMPTIONS)
        table.wrong("exemption", f'is missing; purpose "{NECESSARY}" needs one of {allowed}', "C18")
    if not service.justification:
        table.wrong("justification", "is missing; say in one sentence why the site does not work without it", "C18")
    for index, item in enumerate(service.storage):
        tracker = known_tracker(item.name) if item.kind == "cookie" else ""
        if tracker:
            message = (
                f"{shown(item.name)} is or lets through the known tracker {tracker!r}, which is never necessary; "
                f'give the service the purpose "{AUDIENCE_MEASUREMENT}" or "marketing"'
            )
            table.wrong(f"storage[{index}].name", message, "C18")


def _read_item(table: Table) -> StorageItem:
    name = table.text("name", required=True)
    if re.search(r"[\x00-\x20\x7f;=,]", name):
        table.wrong("name", f"{shown(name)} holds a blank, a control character or one of ; = , which no name may hold")
    if not name.isascii():
        table.wrong("name", f"{shown(name)} holds a letter beyond ASCII, which browsers and servers read differently")
    item = StorageItem(
        name=name,
        kind=table.one_of("kind", STORAGE_KINDS, "cookie", required=True),
        duration=table.converted("duration", days_of, 0, required=True),
        duration_text=table.text("duration"),
    )
    table.done()
    return item


def _address(text: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9][!-~]*", text):
        raise ValueError(f'{shown(text)} is no address; write it whole, as "https://ads.example.net/privacy"')
    return text


def _origin(table: Table, origin: str) -> str:
    try:
        parts = urlsplit(origin)
        extra = parts.path or parts.query or parts.fragment or parts.username is not None
        valid = parts.scheme in ("https", "http") and bool(parts.hostname) and not extra and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        table.wrong(
            "origins",
            f'{shown(origin)} is no origin; write scheme and host only, as "https://ads.example.net"',
        )
    return origin.lower()


def _refuse_doubles(services: list[Service], findings: list[Finding]) -> None:
    seen_ids: set[str] = set()
    seen_items: dict[tuple[str, str], str] = {}
    for index, service in enumerate(services):
        if service.id in seen_ids:
            findings.append(Finding(f"services[{index}].id", f"{shown(service.id)} is used twice; ids are unique"))
        seen_ids.add(service.id)
        for position, item in enumerate(service.storage):
            other = seen_items.setdefault((item.kind, item.name), service.id)
            if other != service.id:
                key = f"services[{index}].storage[{position}].name"
                message = f"{shown(item.name)} is declared by {other!r} too; one service owns a {item.kind}"
                findings.append(Finding(key, message))
