"""Access logs of Caddy and of Traefik: one JSON object a line."""

import json
from collections.abc import Mapping
from typing import Any

from consentkit.importers.fields import LATEST, address_of, epoch_of, logged, status_of
from consentkit.stats.facts import REFERER_CAP, SHORT_CAP, RequestFacts
from consentkit.traits import traits_of


def parse_caddy(line: bytes) -> RequestFacts | None:
    """The facts of a line of Caddy's access log (its `json` encoder), or None where it is none.

    Caddy logs the request's headers, so such a request is known as well as a live one.
    """
    entry = _object(line)
    request = entry.get("request") if entry else None
    if entry is None or not isinstance(request, dict):
        return None
    when, status = _moment(entry.get("ts")), status_of(entry.get("status"))
    if when is None or not status:
        return None
    facts = logged(
        when=when,
        method=_text(request.get("method")),
        target=_text(request.get("uri")).encode("utf-8", "replace") or b"/",
        host=_header(request.get("host")),
        status=status,
        size=_count(entry.get("size")),
        address=address_of(_text(request.get("client_ip") or request.get("remote_ip") or request.get("remote_addr"))),
        secure=isinstance(request.get("tls"), dict),
    )
    sent, answered = request.get("headers"), entry.get("resp_headers")
    if not isinstance(sent, dict) or not isinstance(answered, dict):
        return facts
    content_type = _first(_lower(answered).get("content-type"))[:SHORT_CAP]
    headers = {**_known(_lower(sent)), **facts.traits.headers}
    referer = headers.pop(b"referer", b"")
    return facts._replace(traits=traits_of(headers), referer=referer, content_type=content_type, logged=False)


def parse_traefik(line: bytes) -> RequestFacts | None:
    """The facts of a line of Traefik's access log (`format: json`), or None where it is none.

    Traefik drops the headers unless it is told to keep them; kept ones are `request_User-Agent` and `request_Referer`.
    Without them nothing tells the user agent.
    """
    entry = _object(line)
    if entry is None:
        return None
    when = epoch_of(_text(entry.get("StartUTC") or entry.get("time")))
    status = status_of(entry.get("DownstreamStatus"))
    if when is None or not status:
        return None
    return logged(
        when=when,
        method=_text(entry.get("RequestMethod")),
        target=_text(entry.get("RequestPath")).encode("utf-8", "replace") or b"/",
        host=_header(entry.get("RequestHost") or entry.get("RequestAddr")),
        status=status,
        size=_count(entry.get("DownstreamContentSize")),
        user_agent=_header(entry["request_User-Agent"]) if "request_User-Agent" in entry else None,
        referer=_header(entry.get("request_Referer")),
        address=address_of(_text(entry.get("ClientHost"))),
        secure=entry.get("RequestScheme") == "https",
    )


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _moment(value: object) -> float | None:
    """Caddy's `ts`: epoch seconds, or a text if `time_format` says so."""
    if isinstance(value, str):
        return epoch_of(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LATEST:
        return float(value)
    return None


def _known(headers: Mapping[str, Any]) -> dict[bytes, bytes]:
    """Headers as a server would have had them; what a log cannot have had as bytes is left out."""
    return {
        name.encode(): value[:REFERER_CAP]
        for name, values in headers.items()
        if name.isascii() and (value := _header(_first(values)))
    }


def _header(value: object) -> bytes:
    return _text(value).encode("latin-1", "replace")


def _lower(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): values for name, values in headers.items()}


def _first(values: object) -> str:
    return _text(values[0]) if isinstance(values, list) and values else _text(values)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 50 else 0
