"""The elements that bring our modules into the pages of a site, and tell them what they have to know."""

import json
from functools import lru_cache

from markupsafe import Markup

from consentkit.assets import Assets
from consentkit.config import Config
from consentkit.consent.decision import Decisions
from consentkit.consent.outbound import SCRIPT
from consentkit.consent.sweep import Sweep, Sweeper
from consentkit.own_visit import VISIT

NONCE = "@@NONCE@@"
"""Where remembered HTML gets the nonce of a page."""


class Modules:
    """Those of one configuration."""

    def __init__(self, config: Config, assets: Assets) -> None:
        self._assets = assets
        self._outbound = config.stats.outbound
        self._sweeper = Sweeper(config.declaration, config.consent.mode)
        self._element = lru_cache(maxsize=256)(self._make_element)

    def beside_link(self, decisions: Decisions, base: str, nonce: str = "") -> Markup:
        """The scripts of every page: the one of the preferences, and the one that tells which links lead elsewhere."""
        html = self.element(decisions, base, nonce)
        if not (self._outbound and VISIT in decisions.granted):
            return html
        return html + Markup('<script type="module" src="{}{}"{}></script>').format(
            base, self._assets.url(SCRIPT), nonce_attribute(nonce)
        )

    def element(self, decisions: Decisions, base: str, nonce: str = "", *, name: str = "consent.js") -> Markup:
        """The element that brings a module of ours, and tells it under which decisions the page was made."""
        html = self._element(decisions.granted, decisions.denied, base, name)
        return Markup(html.replace(NONCE, nonce_attribute(nonce)))  # noqa: S704 -- all of it was escaped

    def _make_element(self, granted: frozenset[str], denied: frozenset[str], base: str, name: str) -> str:
        sweep = self._sweeper.lists(denied)
        html = Markup('<script type="module" src="{}{}" data-consentkit-granted="{}"{}{}></script>').format(
            base,
            self._assets.url(name),
            " ".join(sorted(granted)),
            Markup(' data-consentkit-sweep="{}"').format(json.dumps(sweep)) if sweep else "",
            NONCE,
        )
        return str(html)

    def sweep(self, decisions: Decisions) -> Sweep:
        """What the browser is to delete, by kind of storage."""
        return self._sweeper.lists(decisions.denied)


def nonce_attribute(nonce: str) -> Markup:
    """The attribute with a page's nonce, with a blank before it; nothing for a page that has none."""
    return Markup(' nonce="{}"').format(nonce) if nonce else Markup("")
