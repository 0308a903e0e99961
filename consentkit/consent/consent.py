"""What handlers and templates ask: `consent_of(request).granted("marketing")`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.types import ASGIApp, Receive, Scope, Send

from consentkit.consent.consent_mode import ConsentModeTag
from consentkit.consent.decision import Decision, Decisions
from consentkit.consent.signals import signal_note
from consentkit.errors import ConsentRequired, NotWrappedError
from consentkit.html.origins import Closed
from consentkit.html.urls import origin
from consentkit.texts import language_of, texts

SCOPE_KEY: Final = "consentkit"


@dataclass(frozen=True, slots=True)
class Snippets:
    """What templates of one site may place: the link in these languages, with the module beside it, and consent mode.

    `module` makes its element, given the decisions, the address of the consent pages and a nonce.
    """

    languages: tuple[str, ...]
    consent_mode: ConsentModeTag | None = None
    module: Callable[[Decisions, str, str], Markup] = lambda *_: Markup()


class Consent:
    """The decisions of one request. Reading one marks the response as depending on the visitor.

    `is_own_page` marks a page of consentkit's own that is served from inside the app: it asks for nothing.
    `page` are the decisions that what is put into the page goes by, where they are not the visitor's own.
    `placed_consent_mode` says that a template placed the script of consent mode, which is then not put in again.
    `goals` are those that the app's code has counted.
    """

    __slots__ = (
        *("_address", "_closed", "_decisions", "_page", "_snippets", "goals", "is_own_page", "placed_consent_mode"),
        "was_read",
    )

    def __init__(
        self,
        decisions: Decisions,
        snippets: Snippets,
        address: str,
        page: Decisions,
        closed: Closed,
    ) -> None:
        self._decisions = decisions
        self._page = page
        self._address = address
        self._snippets = snippets
        self._closed = closed
        self.was_read = False
        self.is_own_page = False
        self.placed_consent_mode = False
        self.goals: tuple[str, ...] = ()

    def decision(self, id_: str) -> Decision:
        """The decision on a purpose or service: state and reason; an undeclared id is `unset`, `unknown`."""
        self.was_read = True
        return self._decisions.of(id_)

    def granted(self, id_: str) -> bool:
        """Whether a purpose or service is granted; an undeclared id never is."""
        return bool(self.decision(id_))

    def require(self, id_: str) -> None:
        """Go on only if a purpose or service is granted; ConsentRequired if it is not."""
        decision = self.decision(id_)
        if not decision:
            raise ConsentRequired(id_, f"{decision.state}, {decision.reason}")

    def closed_services(self, address: str) -> tuple[str, ...]:
        """The services whose missing grant keeps an absolute address closed; none if it is open or undeclared."""
        self.was_read = True
        return self._closed.owners(origin(address))

    @property
    def preferences_url(self) -> str:
        """The address of the preferences page, for the link that every page carries (GDPR Art. 7(3), rule C13)."""
        return self._address

    def link_text(self, language: str = "") -> str:
        """The words of that link in a language."""
        return str(texts(self._language(language))["link"]["text"])

    def link(self, language: str = "", *, nonce: str = "") -> Markup:
        """That link as HTML, to be placed by a template, and the module that opens it as a dialog.

        While Global Privacy Control refuses something, a note beside it says that the signal is honoured.
        `nonce` is that of the page's Content-Security-Policy, for pages whose `script-src` has one and no `'self'`.
        """
        query = urlencode({"lang": language}) if language else ""
        address = f"{self._address}?{query}" if query else self._address
        link = Markup('<a href="{}" rel="nofollow">{}</a>').format(address, self.link_text(language))
        note = signal_note(self._language(language)) if self._page.signal_holds else Markup()
        return link + note + self._snippets.module(self._page, self._address, nonce)

    def _language(self, wanted: str) -> str:
        known, languages = language_of(wanted), self._snippets.languages
        return known if known in languages else languages[0]

    def consent_mode_tag(self, *, nonce: str = "") -> Markup:
        """The script that tells tags of the consent, for templates that place it themselves, first in `<head>`.

        `nonce` is the one of the page's Content-Security-Policy for scripts. Empty unless `consent_mode` is configured.
        """
        self.was_read = self.was_read or self._page is self._decisions
        self.placed_consent_mode = True
        return self._consent_mode_html(nonce)

    def consent_mode_to_add(self, nonce: str) -> Markup:
        """The same for a page whose template has not placed it, empty for one whose template has."""
        return Markup() if self.placed_consent_mode else self._consent_mode_html(nonce)

    def _consent_mode_html(self, nonce: str) -> Markup:
        consent_mode = self._snippets.consent_mode
        if consent_mode is None:
            return Markup()
        granted = None if self._page.choice is None else self._page.granted
        return consent_mode.html(granted, base=self._address, nonce=nonce)


def consent_of(request_or_scope: Any) -> Consent:
    """The consent of a request, given the request (Starlette, FastAPI, Litestar, Django) or the ASGI scope.

    NotWrappedError if the request did not pass through consentkit's middleware.
    """
    scope = request_or_scope if isinstance(request_or_scope, Mapping) else getattr(request_or_scope, "scope", None)
    consent = scope.get(SCOPE_KEY) if isinstance(scope, Mapping) else None
    if not isinstance(consent, Consent):
        raise NotWrappedError(
            "this request did not pass through consentkit: wrap the app with kit.wrap(app), "
            "or list ConsentMiddleware with kit=kit before the handlers that call consent_of"
        )
    return consent


def own_pages(app: ASGIApp) -> ASGIApp:
    """An app of consentkit's own, to be mounted inside the site: no banner is put into its pages."""

    async def marked(scope: Scope, receive: Receive, send: Send) -> None:
        consent = scope.get(SCOPE_KEY)
        if isinstance(consent, Consent):
            consent.is_own_page = True
        await app(scope, receive, send)

    return marked
