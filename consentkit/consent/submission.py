"""What a visitor submitted to the choice endpoint, read from hostile bytes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

MAX_BODY = 16_384
MAX_GRANTS = 300
ACCEPT_ASKED, REFUSE_ASKED = "accept_asked", "refuse_asked"
CHOICES = ("accept_all", "refuse_all", "selection", ACCEPT_ASKED, REFUSE_ASKED)


@dataclass(frozen=True, slots=True)
class Submission:
    """A choice as submitted: `grants` are ids of purposes or services; empty means that everything is refused.

    With `asked`, ids of purposes, it answers for these alone: they are granted if they are among `grants`.
    """

    grants: tuple[str, ...]
    return_to: str = ""
    language: str = ""
    shown: str = ""
    """The mark of the notice that the form stood in."""
    asked: tuple[str, ...] = ()


def parse_submission(body: bytes, content_type: str, all_ids: tuple[str, ...]) -> Submission:
    """Read a form or JSON body; ValueError says what is wrong, without repeating what was sent."""
    if content_type.partition(";")[0].strip().lower() == "application/json":
        fields = _json_fields(body)
    else:
        fields = form_fields(body, MAX_GRANTS + 10)
    choice = (fields.get("choice") or [""])[0]
    if choice not in CHOICES:
        raise ValueError(f"choice is missing or none of {', '.join(CHOICES)}")
    asked = fields.get("asked", []) if choice in (ACCEPT_ASKED, REFUSE_ASKED) else []
    if not asked and choice in (ACCEPT_ASKED, REFUSE_ASKED):
        raise ValueError("asked is missing: the purposes that the answer is about")
    grants = {
        "accept_all": list(all_ids),
        "selection": fields.get("grant", []),
        ACCEPT_ASKED: asked,
    }.get(choice, [])
    unknown = [grant for grant in grants if len(grant) > 64]
    if unknown or len(grants) > MAX_GRANTS:
        raise ValueError("grant is too long or repeated too often")
    return Submission(tuple(grants), *said_beside(fields), asked=tuple(asked))


def said_beside(fields: Mapping[str, Sequence[str]]) -> tuple[str, str, str]:
    """What a form says beside the choice: where to return to, its language, and the notice it stood in."""
    return_to, language, shown = ((fields.get(name) or [""])[0] for name in ("return", "lang", "shown"))
    return return_to, language or shown.partition(".")[2].partition(".")[0], shown


def parse_withdrawal(body: bytes) -> Submission:
    """Read the form of a withdrawal, which needs no field: what cannot be read is as good as empty."""
    try:
        fields = form_fields(body, 20)
    except ValueError:
        return Submission(())
    return Submission((), *said_beside(fields))


def form_fields(body: bytes, most: int) -> dict[str, list[str]]:
    """The fields of a form, at most so many; ValueError, without repeating what was sent, if it cannot be read."""
    try:
        return parse_qs(body.decode("utf-8"), max_num_fields=most)
    except ValueError:
        raise ValueError("the form cannot be read") from None


def _json_fields(body: bytes) -> dict[str, list[str]]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("the body is not JSON") from None
    if not isinstance(data, dict):
        raise ValueError("the body is not a JSON object")
    fields = {}
    for key, value in data.items():
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in values):
            raise ValueError("every field is a text, or a list of texts")
        fields[key] = values
    return fields


def from_this_site(headers: dict[bytes, bytes], scheme: str) -> bool:
    """Whether a request was made by a page of this very origin; without any evidence it was not.

    `scheme` is that of the request. Behind a proxy it may say http of a page of https, but never the other way round.

    Sec-Fetch-Site cannot be set by a page (W3C Fetch Metadata §2.3); browsers without it send Origin with every POST
    (Fetch §3.2), and a Referer is the last resort.
    """
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site == b"same-origin"
    host = headers.get(b"host", b"").decode("latin-1").lower()
    source = headers.get(b"origin") or headers.get(b"referer") or b""
    try:
        parts = urlsplit(source.decode("latin-1"))
    except ValueError:
        return False
    schemes = ("https",) if scheme == "https" else ("http", "https")
    return bool(host) and parts.scheme in schemes and parts.netloc.lower() == host
