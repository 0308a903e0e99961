"""Edge delivery: every visitor gets the same page, and a script in it acts on what this visitor chose.

What the script may know travels in a second, readable cookie beside the signed one. Whoever forges it fools nobody but
themself: for the server only the signed one counts.
"""

import json
from collections.abc import Sequence
from html import escape

from consentkit.asgi import Scope
from consentkit.consent.choice import Choice
from consentkit.consent.decision import decide
from consentkit.consent.policy import content_security_policy, sources
from consentkit.consent.visit import hint_name
from consentkit.declaration import Declaration
from consentkit.html.origins import Closed

SCRIPT = "edge.js"
"""Our own script that acts on the hint; its size is a promise (at most 1,000 bytes as served, gzip)."""

DUE = "consentkit-due"
"""The id of the `<template>` in which the banner waits until the script finds that it is due."""


class Hints:
    """What of a choice a page's own script is told: whether to ask, and per purpose and service whether it is granted.

    The text begins with the version of the policy: a page from before a change of it and a hint from after it do not
    meet. Each digit says 0 no, 1 unless the privacy signal is on, 2 in spite of it: where the page comes from a cache,
    only the browser knows whether it is on.
    """

    def __init__(self, declaration: Declaration) -> None:
        self._declaration = declaration
        # In the order in which the state names them, because scripts compare the two.
        self.ids = tuple(sorted((*declaration.by_id, *declaration.services)))

    def head(self, scope: Scope) -> str:
        """What the cookie begins with, up to the digits."""
        return f"{hint_name(scope)}={self._declaration.policy_version}"

    def digits(self, choice: Choice | None) -> str:
        """The digits for a choice."""
        plain, signalled = (decide(self._declaration, choice, gpc=gpc) for gpc in (False, True))
        levels = (plain.asks, *((id_ in plain.granted) + (id_ in signalled.granted) for id_ in self.ids))
        return "".join(str(int(level)) for level in levels)

    def line(self, scope: Scope, choice: Choice | None, *, days: int) -> bytes:
        """The Set-Cookie line; without a choice it deletes."""
        head = self.head(scope)
        secure = "; Secure" if head.startswith("__Host-") else ""
        value, age = (self.digits(choice), days * 86_400) if choice else ("", 0)
        return f"{head}{value}; Path=/; Max-Age={age}; SameSite=Lax{secure}".encode()


class EdgeTag:
    """Makes the element that goes first into `<head>`: our script and what it has to know, the same for everybody.

    `address` is where the script lies below the consent path; `hosts` are the site's own; `csp` says whether the script
    closes again what the header leaves open.
    """

    def __init__(
        self, declaration: Declaration, hints: Hints, *, address: str, hosts: Sequence[str], closed: Closed, csp: bool
    ) -> None:
        self._hints = hints
        self._address = address
        services = declaration.services
        by_id = {id_: " ".join(sources(services[id_].origins)) if id_ in services else "" for id_ in hints.ids}
        policy = content_security_policy(hosts, closed).decode()
        self._data = f"data-sources={quoted(json.dumps(by_id, separators=(',', ':')))}"
        if csp:
            self._data += f" data-csp={quoted(policy)}"

    def html(self, scope: Scope, *, base: str, nonce: str = "") -> str:
        """The element for the pages of a site whose consent pages are at `base`."""
        known = f" nonce={quoted(nonce)}" if nonce else ""
        data = f"data-hint={quoted(self._hints.head(scope))} {self._data}"
        return f"<script src={quoted(base + self._address)} {data}{known}></script>"


def quoted(text: str) -> str:
    """The value of an attribute, in the quotes of which it holds fewer: JSON is full of double ones."""
    if text.count('"') > text.count("'"):
        return "'{}'".format(escape(text, quote=False).replace("'", "&#39;"))
    return '"{}"'.format(escape(text, quote=False).replace('"', "&#34;"))


def waiting(banner: str) -> str:
    """The banner as it stands in every page: nothing of it is loaded, seen or read out before it is due."""
    return f'<template id="{DUE}">{banner}</template>'
