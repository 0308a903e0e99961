"""The site that is checked: where it is, which of its pages to visit, and what it declares."""

import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from consentkit.declaration import NECESSARY, glob_match
from consentkit.testing.browsing import Item, origin_of

PATIENCE = 10
"""Seconds that a server gets to answer."""

OWN_COOKIES = ("consentkit", "__Host-consentkit")
"""The consent cookie, over http and over https."""


@dataclass(frozen=True)
class Site:
    """A site that runs consentkit: its address without a slash at the end, the paths to visit, its consent path."""

    url: str
    paths: Sequence[str] = ("/",)
    consent: str = "/consent"

    @property
    def preferences(self) -> str:
        """The address of the preferences page."""
        return f"{self.url}{self.consent}/"

    @cached_property
    def declaration(self) -> dict[str, Any]:
        """The storage declaration; ValueError if the site does not publish one."""
        answer = fetch(f"{self.preferences}declaration.json")
        if answer.status != 200:
            raise ValueError(
                f"{self.preferences}declaration.json answered {answer.status}: "
                "is consentkit around this app, and is its [consent] path the one given?"
            )
        data: dict[str, Any] = json.loads(answer.body)
        return data

    @property
    def services(self) -> list[dict[str, Any]]:
        """Every declared service, with the id of its purpose as `purpose`."""
        return [
            {**service, "purpose": purpose["id"]}
            for purpose in self.declaration["purposes"]
            for service in purpose["services"]
        ]

    @property
    def choosable(self) -> list[dict[str, Any]]:
        """The services that a visitor may grant and refuse."""
        return [service for service in self.services if service["purpose"] != NECESSARY]

    def homes(self, *, granted: bool = False) -> set[str]:
        """The origins that may be contacted: the site's own and those of necessary services; if `granted`, all."""
        origins = {origin_of(self.url)}
        for service in self.services:
            if granted or service["purpose"] == NECESSARY:
                origins.update(service["origins"])
        return origins

    def is_own(self, item: Item) -> bool:
        """Whether a stored item is the consent cookie."""
        return item.kind == "cookie" and item.name in OWN_COOKIES

    def is_declared(self, item: Item, *, granted: bool, undecided: bool = False) -> bool:
        """Whether an item is consentkit's own, belongs to a necessary service or, if `granted`, to any.

        `undecided`: nothing was chosen yet, so that an exempt service may store too.
        """
        return self.is_own(item) or any(
            item.kind == entry["kind"] and glob_match(entry["name"], item.name)
            for service in self.services
            if granted or service["purpose"] == NECESSARY or (undecided and service["exemption"])
            for entry in service["storage"]
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: status, headers in order with names in small letters, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def get(self, name: str) -> str:
        """The first value of a header, "" if it is absent."""
        return next((value for key, value in self.headers if key == name), "")


def fetch(
    url: str, *, method: str = "GET", headers: Sequence[tuple[str, str]] = (), body: bytes = b"", hops: int = 5
) -> Answer:
    """Ask a server once, with these headers and no others; redirects of a GET are followed up to `hops`."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE)
    try:
        connection.putrequest(method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        for name, value in [*headers, ("Content-Length", str(len(body)))] if body else headers:
            connection.putheader(name, value)
        connection.endheaders(body or None)
        response = connection.getresponse()
        answer = Answer(
            response.status, tuple((key.lower(), value) for key, value in response.getheaders()), response.read()
        )
    finally:
        connection.close()
    if method == "GET" and 300 <= answer.status < 400 and answer.get("location") and hops:
        return fetch(urljoin(url, answer.get("location")), headers=headers, hops=hops - 1)
    return answer
