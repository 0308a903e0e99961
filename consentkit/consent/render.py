"""Makes the HTML of the banner, the preferences page and the declaration."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from consentkit.assets import Assets
from consentkit.config import Config, Site
from consentkit.consent.decision import Decisions, State, decide
from consentkit.consent.describe import describe
from consentkit.consent.ledger.chain import digest
from consentkit.consent.ledger.record import Notice
from consentkit.consent.modules import NONCE, Modules, nonce_attribute
from consentkit.consent.nonces import Nonces
from consentkit.consent.signals import signal_note
from consentkit.consent.statistics_text import statistics_parts
from consentkit.declaration import Service, in_language
from consentkit.templates import environment
from consentkit.texts import day_text, isolated, language_of, texts

PREFERENCES = "preferences"
"""The layout of the preferences page as the ledger names it, beside those of the banner."""
PLACEHOLDER = "placeholder:"
BETWEEN = "+"
"""Between the ids of the services in the layout of a placeholder's notice; no id holds it."""
NOWHERE = "about:blank"
BARE: dict[str, Any] = {
    "first": False, "nonce": "", "in_form": False, "kind": "frame", "return_to": "", "later": "",
    "width": "", "height": "", "css_class": "",
}  # fmt: skip
"""A placeholder without what differs by page."""

MANY = 6
"""Languages of a site from which on its pages fold their list."""

SHOWN = "@@SHOWN@@"
"""Where a form names the notice that it is a part of; the name is a hash of the notice without it."""

RETURN = "@@RETURN@@"
"""Where the banner gets the page to return to."""


class Renderer:
    """The pages and fragments of one configuration, in each of its languages.

    `checked` tells on which day what the site stores was last compared with the declaration, None if it never was.
    """

    def __init__(self, config: Config, assets: Assets, checked: Callable[[], date | None] = lambda: None) -> None:
        self.checked = checked
        self.config = config
        self.assets = assets
        self.languages = config.site.languages
        self._layout = config.consent.layout
        self._environment = environment(Path(__file__).parent / "templates")
        self.modules = Modules(config, assets)
        self._banner = lru_cache(maxsize=256)(self._make_banner)
        self._marked_banner = lru_cache(maxsize=256)(self._mark_banner)
        self._link = lru_cache(maxsize=256)(self._make_link)
        self.notice = lru_cache(maxsize=256)(self._make_notice)

    def language(self, wanted: str) -> str:
        """The language to speak to a page or visitor that is in the wanted one."""
        known = language_of(wanted)
        return known if known in self.languages else self.languages[0]

    def banner(self, decisions: Decisions, language: str, base: str, *, return_to: str, nonces: Nonces) -> str:
        """The banner for a page: its stylesheet, form and module. `base` is the address of the consent pages."""
        language, layout = self.language(language), self._layout_for(decisions)
        html = self._marked_banner(language, base, layout).replace(NONCE, nonce_attribute(nonces.style))
        return f"{html.replace(RETURN, escape(return_to))}{self.modules.element(decisions, base, nonces.script)}"

    def _layout_for(self, decisions: Decisions) -> str:
        """The layout, and after a colon the purposes that are asked for again where a choice holds for the others.

        Who has refused one is not asked for it because another changed.
        """
        ids = [purpose.id for purpose in self.config.declaration.asked]
        open_ = [id_ for id_ in ids if decisions.of(id_).state is State.UNSET]
        return self._layout if open_ in ([], ids) else f"{self._layout}:{BETWEEN.join(open_)}"

    def _mark_banner(self, language: str, base: str, layout: str) -> str:
        return self._banner(language, base, layout).replace(SHOWN, self.notice(layout, language, base).mark)

    def _make_notice(self, layout: str, language: str, base: str) -> Notice:
        """What visitors are shown in a layout and language, without what differs by request."""
        if layout.startswith(PLACEHOLDER):
            html = self._embed(layout, language, base, address=NOWHERE, **BARE)
        elif layout != PREFERENCES:
            html = self._banner(language, base, layout).replace(NONCE, "").replace(RETURN, "")
        else:
            undecided = decide(self.config.declaration, None, gpc=False)
            html = self.preferences(undecided, language=language, base=base, back="", message="", shown=SHOWN)
        html = html.replace(SHOWN, "")
        return Notice(layout, language, digest(html), html)

    def answered(self, mark: str, *, language: str, base: str, on_own_page: bool) -> tuple[Notice, bool]:
        """The notice that a choice answers, and whether its form named this very one by its mark."""
        layout = mark.partition(".")[0]
        if layout not in (self._layout, PREFERENCES) and not (self._is_placeholder(layout) or self._is_part(layout)):
            layout = PREFERENCES if on_own_page else self._layout
        notice = self.notice(layout, language, base)
        return notice, notice.mark == mark

    def _is_part(self, layout: str) -> bool:
        """Whether it is a layout of the banner that asks for some purposes alone, in the order of the declaration."""
        named = layout.partition(":")[2].split(BETWEEN)
        ids = [purpose.id for purpose in self.config.declaration.asked if purpose.id in named]
        return layout == f"{self._layout}:{BETWEEN.join(ids)}" and bool(ids)

    def _make_banner(self, language: str, base: str, layout: str) -> str:
        name, _, some = layout.partition(":")
        asked = some.split(BETWEEN) if some else []
        purposes = [purpose for purpose in self.config.declaration.asked if not asked or purpose.id in asked]
        return self._render(
            "banner.html",
            language,
            base,
            layout=name,
            asked=asked,
            purposes=[in_language(purpose.title, language) for purpose in purposes],
            css=self.assets.url("banner.css"),
        )

    def link(self, decisions: Decisions, language: str, base: str, nonces: Nonces) -> str:
        """The link that reopens the preferences, for pages whose templates do not place it.

        It is centred by an attribute: a stylesheet here, at the end of the page, would arrive after the first paint and
        could move what stands above; inline styles are what strict policies forbid.
        """
        html = self._link(self.language(language), base, decisions.signal_holds)
        return f"{html}{self.modules.beside_link(decisions, base, nonces.script)}"

    def _make_link(self, language: str, base: str, signal_holds: bool) -> str:
        html = Markup(
            '<p class="consentkit-link" role="navigation" aria-label="{label}" align="center" lang="{language}">'
            '<a href="{base}?lang={language}" rel="nofollow">{text}</a>{note}</p>'
        ).format(
            base=base,
            label=texts(language)["banner"]["label"],
            language=language,
            text=texts(language)["link"]["text"],
            note=signal_note(language) if signal_holds else "",
        )
        return str(html)

    def preferences(
        self,
        decisions: Decisions,
        *,
        language: str,
        base: str,
        back: str,
        message: str,
        warning: bool = False,
        shown: str = "",
    ) -> str:
        """The preferences page in the visitor's current state.

        `message` is a key of the texts or ""; `shown` the mark of the notice, which is found if it is not given.
        """
        t = texts(language)
        choice = decisions.choice
        return self._page(
            "preferences.html",
            language,
            base,
            here=base,
            module=self.modules.element(decisions, base, name="pages.js"),
            back=back,
            message=t["preferences"][message] if message else "",
            message_kind="warning" if warning else "good",
            state=self._state_line(decisions, language),
            gpc=decisions.gpc,
            asks=bool(self.config.declaration.choosable),
            can_withdraw=choice is not None and bool(choice.granted),
            has_record=choice is not None and bool(choice.id),
            shown=shown or self.notice(PREFERENCES, language, base).mark,
            purposes=describe(self.config, language, decisions.by_id.__getitem__),
        )

    def _state_line(self, decisions: Decisions, language: str) -> str:
        t = texts(language)["preferences"]
        if decisions.choice is None or decisions.choice.lapsed:
            return str(t["undecided"])
        decided = decisions.choice.decided
        until = date.fromordinal(decided.toordinal() + self.config.consent.validity_days)
        return str(t["decided_on"].format(day=day_text(decided, language), until=day_text(until, language)))

    def declaration(self, language: str, *, level: int = 3) -> Markup:
        """The storage declaration and what is said about the statistics, with headings from `level` on."""
        language = self.language(language)
        html = self._render(
            "declaration_fragment.html",
            language,
            "",
            level=level,
            purposes=describe(self.config, language),
            statistics=statistics_parts(self.config, language),
            checked=day_text(checked, language) if (checked := self.checked()) else "",
        )
        return Markup(html)  # noqa: S704 -- rendered by our own template with escaping on

    def declaration_page(self, *, language: str, base: str, back: str) -> str:
        """The declaration as a page of its own."""
        fragment = self.declaration(language, level=2)
        return self._page("declaration.html", language, base, here=f"{base}declaration", back=back, fragment=fragment)

    def placeholder(
        self, language: str, base: str, *, services: Sequence[Service], first: bool, nonces: Nonces, **values: Any
    ) -> str:
        """What stands in place of an embed of these services; `first` of a page, it brings the stylesheet."""
        language = self.language(language)
        layout = PLACEHOLDER + BETWEEN.join(service.id for service in services)
        nonce = nonce_attribute(nonces.style)
        html = self._embed(layout, language, base, **{**BARE, **values, "first": first, "nonce": nonce})
        return html.replace(SHOWN, self.notice(layout, language, base).mark)

    def _embed(self, layout: str, language: str, base: str, **values: Any) -> str:
        """A placeholder as `layout` names its services; the mark of its notice is still to be put in."""
        services = [self.config.declaration.services[id_] for id_ in _services_of(layout)]
        return self._render(
            "placeholder.html",
            language,
            base,
            css=self.assets.url("placeholder.css"),
            shown=SHOWN,
            ids=[service.id for service in services],
            name=", ".join(in_language(service.name, language) for service in services),
            why=" ".join(in_language(service.description, language) for service in services),
            **values,
        )

    def _is_placeholder(self, layout: str) -> bool:
        ids = _services_of(layout)
        return len(ids) == len(set(ids)) and set(ids) <= self.config.declaration.services.keys() and bool(ids)

    def once_page(
        self, services: Sequence[Service], address: str, kind: str, *, language: str, base: str, back: str
    ) -> str:
        """The page that shows one embed, once."""
        name = ", ".join(in_language(service.name, language) for service in services)
        return self._page("once.html", language, base, here=base, back=back, name=name, address=address, kind=kind)

    def _page(self, template: str, language: str, base: str, **values: Any) -> str:
        names = [(code, texts(code)["language"]) for code in self.languages]
        css = self.assets.url("pages.css")
        return self._render(
            template,
            language,
            base,
            languages=names,
            many=len(names) > MANY,
            css=css,
            stylesheet=self.config.consent.stylesheet,
            home="/",
            **values,
        )

    def _render(self, template: str, language: str, base: str, **values: Any) -> str:
        page = self._environment.get_template(template)
        site = isolated_names(self.config.site, language)
        return page.render(t=texts(language), language=language, base=base, site=site, **values).strip()


def _services_of(layout: str) -> list[str]:
    """The services that the layout of a placeholder's notice names; none for another layout."""
    return layout.removeprefix(PLACEHOLDER).split(BETWEEN) if layout.startswith(PLACEHOLDER) else []


def isolated_names(site: Site, language: str) -> Site:
    """A site whose names keep their own direction inside text of a language."""
    name, controller, contact = (isolated(text, language) for text in (site.name, site.controller, site.contact))
    return replace(site, name=name, controller=controller, contact=contact)
