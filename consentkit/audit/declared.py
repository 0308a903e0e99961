"""The declaration that an audit compares with: read from `declaration.json`, with consentkit's own cookies added."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from consentkit.config import Config
from consentkit.consent.choice import OBJECTION
from consentkit.consent.describe import own_items, own_storage
from consentkit.declaration import NECESSARY, STORAGE_KINDS, Declaration, Purpose, Service, StorageItem
from consentkit.errors import ConsentKitError

OWN_ID = "consentkit"
LONGEST = tuple(own_items(OBJECTION))
"""consentkit's own cookies, for as long as they may live at most."""

NOTHING = Declaration((Purpose(NECESSARY, {}, {}, (), gpc=False, token=""),))
"""A declaration that allows nothing."""


class DeclarationError(ConsentKitError):
    """Raised when a declaration cannot be read; the message names the place and what is allowed there."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration, where it was read, and the host names that it gives as the site's own."""

    declaration: Declaration
    source: str
    hosts: tuple[str, ...] = ()


def of_config(config: Config, source: str) -> Declared:
    """The declaration of a configuration file."""
    return Declared(with_own(config.declaration, own_storage(config)), source, config.site.hosts)


def with_own(declaration: Declaration, items: Iterable[StorageItem] = LONGEST) -> Declaration:
    """The declaration with the cookies that consentkit sets for itself, unless they are in it already."""
    if OWN_ID in declaration.services:
        return declaration
    own = Service(OWN_ID, {"": OWN_ID}, NECESSARY, tuple(items), {}, exemption="requested_service")
    first = declaration.by_id.get(NECESSARY, NOTHING.purposes[0])
    necessary = Purpose(NECESSARY, first.title, first.description, (own, *first.services), first.gpc, first.token)
    return Declaration((necessary, *declaration.choosable), declaration.revision)


def parse_declaration(text: str, source: str) -> Declared:
    """Read the JSON of a declaration (`declaration.schema.json`; only purposes, services and storage must be there).

    DeclarationError names the place (`purposes[0].services[1].id`) in `source`.
    """
    try:
        data = json.loads(text)
    except ValueError as problem:
        raise DeclarationError(f"{source}: this is no JSON ({problem}); a declaration is a JSON object") from None
    except RecursionError:
        raise DeclarationError(f"{source}: this JSON is nested too deeply to be a declaration") from None
    return _Reader(source).declared(data)


class _Reader:
    """Reads the parts of one document."""

    def __init__(self, source: str) -> None:
        self.source = source

    def declared(self, data: object) -> Declared:
        top = self._object(data, "the document")
        if "purposes" not in top:
            raise self._error("purposes", None, "a list")
        purposes = self._list(top, "purposes", "")
        read = tuple(self._purpose(each, f"purposes[{at}]") for at, each in enumerate(purposes))
        site = self._object(top.get("site", {}), "site")
        hosts = tuple(host for host in self._list(site, "hosts", "site") if isinstance(host, str))
        return Declared(with_own(Declaration(read)), self.source, hosts)

    def _purpose(self, data: object, where: str) -> Purpose:
        table = self._object(data, where)
        id_ = self._text(table, "id", where)
        services = self._list(table, "services", where)
        read = tuple(self._service(each, id_, f"{where}.services[{at}]") for at, each in enumerate(services))
        return Purpose(id_, self._words(table, "title"), self._words(table, "description"), read, gpc=False, token="")

    def _service(self, data: object, purpose: str, where: str) -> Service:
        table = self._object(data, where)
        storage = self._list(table, "storage", where)
        origins = self._list(table, "origins", where)
        for at, each in enumerate(origins):
            if not isinstance(each, str):
                raise self._error(f"{where}.origins[{at}]", each, 'an origin, as "https://ads.example.net"')
        return Service(
            id=self._text(table, "id", where),
            name=self._words(table, "name"),
            purpose=purpose,
            storage=tuple(self._item(each, f"{where}.storage[{at}]") for at, each in enumerate(storage)),
            description=self._words(table, "description"),
            origins=tuple(str(each) for each in origins),
            exemption=str(table.get("exemption") or ""),
        )

    def _item(self, data: object, where: str) -> StorageItem:
        table = self._object(data, where)
        kind = self._text(table, "kind", where)
        if kind not in STORAGE_KINDS:
            raise self._error(f"{where}.kind", kind, f"one of {', '.join(STORAGE_KINDS)}")
        days = table.get("days")
        if not isinstance(days, int) or isinstance(days, bool) or days < 0:
            raise self._error(f"{where}.days", days, "a whole number of days, 0 for the browser session")
        duration = table.get("duration")
        return StorageItem(
            self._text(table, "name", where), kind, days, duration if isinstance(duration, str) else f"{days} days"
        )

    def _object(self, data: object, where: str) -> Mapping[str, Any]:
        if not isinstance(data, dict):
            raise self._error(where, data, "a JSON object")
        return data

    def _list(self, table: Mapping[str, Any], name: str, where: str) -> list[Any]:
        value = table.get(name, [])
        if not isinstance(value, list):
            raise self._error(f"{where}.{name}".lstrip("."), value, "a list")
        return value

    def _text(self, table: Mapping[str, Any], name: str, where: str) -> str:
        value = table.get(name)
        if not isinstance(value, str) or not value:
            raise self._error(f"{where}.{name}", value, "a text that is not empty")
        return value

    @staticmethod
    def _words(table: Mapping[str, Any], name: str) -> Mapping[str, str]:
        value = table.get(name)
        if isinstance(value, str):
            return {"": value}
        return {str(k): v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}

    def _error(self, where: str, value: object, allowed: str) -> DeclarationError:
        text = repr(value)
        return DeclarationError(
            f"{self.source}: {where} is {text if len(text) <= 60 else text[:57] + '…'}; it must be {allowed}"
        )
