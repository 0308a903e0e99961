"""The choice endpoint answers any request, and grants nothing to a page of another site."""

import json
from collections.abc import Coroutine
from typing import Any

from ada_url import URL

from tests.support.asgi import Answer, answering, exchange, http_scope
from tests.support.sites import consent_cookie, kit_of


async def keep(_: object) -> bool:
    """A ledger that writes every choice."""
    return True


KIT = kit_of()
KIT.proof.keep = keep  # type: ignore[method-assign]
APP = KIT.wrap(answering())
ROUTES = ("", "withdraw", "once", "always", "erase", "state", "record", "nowhere")
TYPES = (b"application/x-www-form-urlencoded", b"application/json", b"text/plain", b"multipart/form-data; boundary=x")
GRANTED = consent_cookie(KIT, "theme")
NAMES = (b"origin", b"referer", b"sec-fetch-site", b"sec-gpc", b"accept", b"accept-language", b"cookie", b"host")
OURS = b"https://www.example.com"


def sent(head: bytes, body: bytes, **headers: bytes) -> bytes:
    """The bytes that stand for a request."""
    values = [headers.get(name.decode().replace("-", "_"), b"") for name in NAMES]
    return head + b"\xff".join([*values, body])


SEEDS = [
    sent(b"\x00\x00", b"choice=accept_all&return=/shop", sec_fetch_site=b"same-origin"),
    sent(b"\x00\x01", b'{"choice":"selection","grant":["ads"]}', origin=OURS, sec_gpc=b"1", accept=b"application/json"),
    sent(b"\x08\x00", b"choice=accept_all", origin=b"https://evil.test"),
    sent(b"\x03\x00", b"service=ads&kind=frame&return=/", referer=OURS + b"/shop"),
    sent(b"\x02\x00", b"service=ads&address=https://ads.example.net/&kind=media", sec_fetch_site=b"same-origin"),
    sent(b"\x0c\x00", b"choice=selection&grant=theme&return=//evil.test", sec_fetch_site=b"cross-site"),
    sent(b"\x01\x02", b"\xfe\x00", cookie=b"__Host-consentkit=x; _fbp=1"),
    sent(b"\x10\x00", b"lang=nl&return=/%2f/evil.test", accept_language=b"nl"),
]


def run(conversation: Coroutine[Any, Any, Any]) -> Any:
    """The result of a conversation that waits for nobody."""
    try:
        conversation.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("the app waits for something outside the request")


def request(data: bytes) -> tuple[dict[str, Any], bytes, dict[bytes, bytes]]:
    """The scope, the body and the headers of a request: two bytes, then headers and body apart by 0xff."""
    head, parts = data[:2].ljust(2, b"\x00"), data[2:].split(b"\xff", len(NAMES))
    given = {name: value for name, value in zip(NAMES, parts, strict=False) if value}
    headers = {b"host": b"www.example.com", b"content-type": TYPES[head[1] % 4], **given}
    if head[0] & 8:
        headers[b"cookie"] = GRANTED + b"; " + headers.get(b"cookie", b"")
    scope = http_scope(
        f"/consent/{ROUTES[head[0] % 8]}",
        method="GET" if head[0] & 16 else "POST",
        headers=list(headers.items()),
        query_string=parts[-1][:200] if head[0] & 16 else b"",
    )
    return scope, parts[-1] if len(parts) > len(NAMES) else b"", headers


def is_own(headers: dict[bytes, bytes]) -> bool:
    """Whether a page of the site itself sent the request (Fetch Metadata §2.3, Fetch §3.2), read by another parser."""
    if b"sec-fetch-site" in headers:
        return headers[b"sec-fetch-site"] == b"same-origin"
    source = (headers.get(b"origin") or headers.get(b"referer") or b"").decode("latin-1")
    try:
        return URL(source).host == URL("https://" + headers[b"host"].decode("latin-1")).host
    except ValueError:
        return False


def granted(cookie: bytes) -> set[str]:
    """What a visitor with a consent cookie has agreed to."""
    scope = http_scope("/consent/state", headers=[(b"cookie", cookie)])
    state = json.loads(Answer(run(exchange(APP, scope))).body)
    return {
        id_
        for purpose in state["purposes"].values()
        for id_, service in purpose["services"].items()
        if (service["state"], service["reason"]) == ("granted", "choice")
    }


def check(data: bytes) -> None:
    """One request."""
    scope, body, headers = request(data)
    answer = Answer(run(exchange(APP, scope, body)))
    # This kit keeps no ledger, so it says of a record that it cannot tell.
    assert answer.status < 500 or (answer.status == 503 and scope["path"].endswith(("record", "erase"))), answer.status
    for name, value in answer.start["headers"]:
        assert not set(value) & {0, 10, 13}, (name, value)
    for place in answer.all(b"location"):
        assert URL(place.decode("latin-1"), base=OURS.decode()).origin == OURS.decode(), place
    for line in answer.all(b"set-cookie"):
        if line.startswith(b"__Host-consentkit="):
            more = granted(line.partition(b";")[0]) - granted(headers.get(b"cookie", b""))
            assert not more or is_own(headers), (more, headers)
