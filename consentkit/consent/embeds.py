"""What stands in place of a frame or video that is not allowed, and the two answers that it offers."""

import re
from dataclasses import dataclass

from consentkit.config import Config
from consentkit.consent.nonces import Nonces
from consentkit.consent.render import Renderer
from consentkit.consent.return_to import safe_path
from consentkit.consent.submission import form_fields
from consentkit.declaration import Service
from consentkit.html.origins import place, places
from consentkit.html.rewriter import Node
from consentkit.html.tags import EMBEDS, Found
from consentkit.html.urls import decoded, origin

MAX_ADDRESS = 4096
SIZE = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,3})?%?")
CLASS = re.compile(r"[A-Za-z0-9_ :/.-]{0,200}")


@dataclass(frozen=True, slots=True)
class Request:
    """What a placeholder's form asks for: services, the address of the embed, what it is, and the page it stands in.

    `shown` is the mark of the notice that it is.
    """

    services: tuple[Service, ...]
    address: str = ""
    kind: str = "frame"
    return_to: str = ""
    language: str = ""
    shown: str = ""


class Embeds:
    """Placeholders of one configuration."""

    def __init__(self, config: Config, renderer: Renderer) -> None:
        self._services = config.declaration.services
        self._choosable = {service.id for purpose in config.declaration.choosable for service in purpose.services}
        self._renderer = renderer

    def placeholder(
        self,
        node: Node,
        found: Found,
        *,
        in_form: bool,
        first: bool,
        language: str,
        base: str,
        here: str,
        nonces: Nonces,
        later: str,
    ) -> str:
        """The HTML in place of an embed, of the same size; `here` is the page, `first` that it is its first.

        An origin that several services share is asked for on behalf of all, unless the element says which one it is by
        `data-consentkit-service`.
        """
        named = decoded(node.get("data-consentkit-service"))
        ids = (named,) if named in found.services else found.services
        address = found.address if len(found.address) <= MAX_ADDRESS else ""
        return self._renderer.placeholder(
            language,
            base,
            services=[self._services[id_] for id_ in ids],
            address=address,
            kind=EMBEDS[node.name],
            return_to=here,
            in_form=in_form,
            first=first,
            nonces=nonces,
            later=later,
            width=_matching(SIZE, node.get("width")),
            height=_matching(SIZE, node.get("height")),
            css_class=_matching(CLASS, decoded(node.get("class"))),
        )

    def read(self, body: bytes, *, once: bool) -> Request:
        """A form's fields; ValueError for what no placeholder of this site sends, without repeating it."""
        fields = form_fields(body, 40)
        ids = fields.get("service", [])
        if not ids or len(ids) > 20 or not self._choosable.issuperset(ids):
            raise ValueError("service is missing or none that can be chosen")
        services = tuple(self._services[id_] for id_ in ids)
        address = _only(fields, "address")[: MAX_ADDRESS + 1]
        found = origin(address)
        if once and (found is None or not _belongs(found, services) or len(address) > MAX_ADDRESS):
            raise ValueError("address does not belong to the service")
        kind = "media" if _only(fields, "kind") == "media" else "frame"
        return Request(
            services, address, kind, safe_path(_only(fields, "return")), _only(fields, "lang"), _only(fields, "shown")
        )


def _only(fields: dict[str, list[str]], name: str) -> str:
    return (fields.get(name) or [""])[0]


def _belongs(found: str, services: tuple[Service, ...]) -> bool:
    where = place(found)
    for known in places(source for service in services for source in service.origins):
        if where == known or (known.startswith("*.") and where.endswith(known[1:])):
            return found.startswith(("https://", "http://"))
    return False


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""


def once_policy(request: Request) -> str:
    """The Content-Security-Policy of the page that shows one embed: its origins, and nothing else from elsewhere."""
    sources = " ".join(dict.fromkeys(source for service in request.services for source in service.origins))
    directive = "media-src" if request.kind == "media" else "frame-src"
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; {directive} {sources}; "
        "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    )
