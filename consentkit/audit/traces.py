"""Where what is stored and asked for came from, put together from what a browser tells as it happens."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from consentkit.audit.model import Source, Stored
from consentkit.audit.sources import initiator
from consentkit.html.urls import origin

MAX_NOTES = 20_000
"""Of a kind and a state; a page that writes without end must not fill the memory of the audit."""

MAX_SOURCES = 50
"""Places that one thing is known to come from."""


class Traces:
    """The scripts, responses and pages behind things by their names, and the requests behind cookies and addresses."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str], dict[Source, None]] = defaultdict(dict)
        self._initiators: dict[str, Source] = {}
        self._urls: dict[str, str] = {}
        self._sent: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)

    def note(self, kind: str, name: str, source: Source) -> None:
        """Note where a thing was written."""
        known = self._sources[kind, name]
        if len(known) < MAX_SOURCES:
            known.setdefault(source)

    def note_request(self, event: dict[str, Any], page: str) -> None:
        """Note what asked for an address (Network.requestWillBeSent) while a page was open."""
        url = event["request"]["url"]
        # The event with the cookies may come before this one, so they are joined by the request's id at the end.
        if len(self._urls) < MAX_NOTES:
            self._urls[event["requestId"]] = url
        self.note_initiator(url, event, page)

    def note_initiator(self, url: str, event: dict[str, Any], page: str) -> None:
        """Note what the initiator in an event says of an address."""
        source = initiator(event.get("initiator", {}), page)
        if source and len(self._initiators) < MAX_NOTES:
            self._initiators.setdefault(url, source)

    def note_sent(self, event: dict[str, Any]) -> None:
        """Note which cookies a request took along (Network.requestWillBeSentExtraInfo)."""
        for each in event["associatedCookies"]:
            key = each["cookie"]["name"], each["cookie"]["domain"]
            if not each["blockedReasons"] and len(self._sent) < MAX_NOTES and len(self._sent[key]) < MAX_NOTES:
                self._sent[key].setdefault(event["requestId"])

    def address_of(self, request: str) -> str:
        """The address of a request by its id, "" where it was not told."""
        return self._urls.get(request, "")

    def behind(self, url: str) -> Source | None:
        """What asked for an address, None where nothing tells."""
        return self._initiators.get(url)

    def with_sources(self, stored: Stored, page: str) -> Stored:
        """A stored thing with where it came from, at least the page, and where it was sent."""
        asked = self._sent.get((stored.name, stored.place), ()) if stored.kind == "cookie" else ()
        sent = tuple(dict.fromkeys(where for each in asked if (where := origin(self.address_of(each)))))
        sources = tuple(self._sources.get((stored.kind, stored.name), ()))
        return replace(stored, sources=sources or (Source("page", page),), sent_to=sent)
