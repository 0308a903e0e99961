"""Where administrators read the audit trail."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.asked import asked_offset
from consentkit.dashboard.context import Context
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.store.trail import COMMAND_LINE, OF_DAYS, UNKNOWN, Did, Entry
from consentkit.dashboard.wording import Wording
from consentkit.roles import Role

PER_PAGE = 50
NAMES = {COMMAND_LINE: "trail.command_line", UNKNOWN: "trail.unknown"}
"""Who is no user, and how that is said."""


def routes(context: Context) -> list[BaseRoute]:
    """The trail, page by page."""
    return [context.route("/trail", TrailPage(context).page, Role.ADMINISTRATOR)]


class TrailPage:
    """Answers with who did what."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def page(self, request: Request, session: Session) -> Response:
        """The latest entries first."""
        offset = asked_offset(request, PER_PAGE)
        entries = self._context.store.trail.latest(PER_PAGE + 1, offset)
        words, timezone = self._context.pages.words(request), self._context.settings.timezone
        rows = []
        for entry in entries[:PER_PAGE]:
            moment = entry.at.astimezone(timezone)
            who = words.text(NAMES[entry.who]) if entry.who in NAMES else entry.who
            rows.append((f"{words.date(moment.date())} {moment:%H:%M}", who, entry, _subject(entry, words)))
        return self._context.plain_page(
            request, session, "trail.html", rows=rows, offset=offset, step=PER_PAGE, more=len(entries) > PER_PAGE
        )


def _subject(entry: Entry, words: Wording) -> str:
    """What was done something to, in words; empty where nothing more is known."""
    if entry.what is Did.SIGNED_IN and entry.subject:
        return words.text(f"trail.by_{entry.subject}")
    if entry.what in OF_DAYS:
        return words.span(*map(words.parsed, entry.subject.split("/")))
    return entry.subject
