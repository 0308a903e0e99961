"""Where editors make, see and revoke links for partners."""

import datetime as dt

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from consentkit.dashboard.context import Context
from consentkit.dashboard.figures import read_facts
from consentkit.dashboard.forms import Fields
from consentkit.dashboard.groups import is_told
from consentkit.dashboard.periods import DEFAULT as DEFAULT_PERIOD
from consentkit.dashboard.periods import EARLIEST
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.sharing import noise
from consentkit.dashboard.sharing.figures import HEADLINE, LONGEST, ONCE, ROLLING, SHAREABLE
from consentkit.dashboard.sharing.folding import DEFAULT, thresholds
from consentkit.dashboard.store.shares import LONGEST_DAYS, LONGEST_TITLE, ShareError, Wish
from consentkit.dashboard.store.trail import Did
from consentkit.roles import Role

OWN = "own"
LATEST = dt.date(2999, 12, 31)
"""No period ends later; there is a day after it."""
PROPOSED_CARDS = (HEADLINE, "page", "channel", "country")
PROPOSED_DAYS = 90
"""Days until a link ends, if nobody says otherwise."""
EPSILONS = (0.5, 1.0, 2.0)
PERIODS_DRAWN = 12
"""Periods that the proposed budget does for: a year of months."""


class WishError(ShareError):
    """Raised for a wish that cannot be granted; its text is the key of what is said to the editor."""


def routes(context: Context) -> list[BaseRoute]:
    """The list with its form, and what the form and the buttons do."""
    view = SharesPage(context)
    return [
        context.route("/shares", view.page, Role.EDITOR),
        context.form_route("/shares", view.add, Role.EDITOR),
        context.form_route("/shares/revoke", view.revoke, Role.EDITOR),
    ]


class SharesPage:
    """Answers with the links there are."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def page(self, request: Request, session: Session) -> Response:
        """The links, and the form for another."""
        return self._page(request, session)

    def add(self, request: Request, session: Session, fields: Fields) -> Response:
        """Make a link and show it, this once."""
        context = self._context
        facts = read_facts(context.reader)
        try:
            wish = wish_of(fields, context.moment().date(), facts.threshold or 0)
            secret = context.store.shares.add(wish, session.name)
        except ShareError as problem:
            key = str(problem) if isinstance(problem, WishError) else "title_wrong"
            return self._page(request, session, status=400, problem=key, fields=fields)
        context.store.trail.note(session.name, Did.SHARE_ADDED, wish.title)
        base = context.pages.links(request).base
        made = f"{request.url.scheme}://{request.url.netloc}{base}/shared/{secret}"
        return self._page(request, session, made=made, made_title=wish.title)

    def revoke(self, request: Request, session: Session, fields: Fields) -> Response:
        """End a link."""
        number = fields.get("id", "")
        share = self._context.store.shares.revoke(int(number)) if number.isdecimal() and len(number) < 10 else None
        if share is not None:
            self._context.store.trail.note(session.name, Did.SHARE_REVOKED, share.wish.title)
        return RedirectResponse(self._context.pages.links(request).to("shares"), status_code=303)

    def _page(
        self,
        request: Request,
        session: Session,
        *,
        status: int = 200,
        problem: str = "",
        made: str = "",
        made_title: str = "",
        fields: Fields | None = None,
    ) -> Response:
        context, facts = self._context, read_facts(self._context.reader)
        today, shares = context.moment().date(), context.store.shares
        allowed = thresholds(facts.threshold or DEFAULT)
        return context.plain_page(
            request,
            session,
            "shares.html",
            status=status,
            problem=problem,
            made=made,
            made_title=made_title,
            working=[(share, shares.spent(share.id)) for share in shares.all() if share.works(today)],
            ended=[(share, shares.spent(share.id)) for share in shares.all() if not share.works(today)],
            choices=ROLLING,
            once=ONCE,
            allowed=allowed,
            asked=_again(fields) if fields is not None else _proposal(today, allowed),
            cards=[key for key in SHAREABLE if key == HEADLINE or is_told(key, facts.breakdowns)],
            today=today,
            latest=today + dt.timedelta(days=LONGEST_DAYS),
            noise=noise.available(),
            epsilons=EPSILONS,
            longest_title=LONGEST_TITLE,
        )


def _proposal(today: dt.date, allowed: tuple[int, ...]) -> dict[str, object]:
    """What the form holds at first."""
    return {
        "title": "",
        "cards": PROPOSED_CARDS,
        "period": DEFAULT_PERIOD,
        "first": "",
        "last": "",
        "expires": (today + dt.timedelta(days=PROPOSED_DAYS)).isoformat(),
        "threshold": str(DEFAULT if DEFAULT in allowed else allowed[0]),
        "epsilon": "",
    }


def _again(fields: Fields) -> dict[str, object]:
    """What the form holds when something in it has to be mended."""
    texts = {name: fields.get(name, "") for name in ("title", "period", "expires", "threshold", "epsilon")}
    return {**texts, "cards": fields.all("card"), "first": fields.get("from", ""), "last": fields.get("to", "")}


def wish_of(fields: Fields, today: dt.date, smallest: int) -> Wish:
    """What a form asks for; WishError with the key of what is wrong. `smallest` is the sink's threshold."""
    cards = tuple(key for key in SHAREABLE if key in fields.all("card"))
    if not cards:
        raise WishError("cards_wrong")
    if fields.get("threshold", "") not in {str(number) for number in thresholds(smallest)}:
        raise WishError("threshold_wrong")
    expires = _date(fields.get("expires", ""), "expires_wrong")
    if not today <= expires <= today + dt.timedelta(days=LONGEST_DAYS):
        raise WishError("expires_wrong")
    period, threshold = _period(fields), int(fields["threshold"])
    epsilon, budget = _noise(fields, len(cards), period, threshold)
    return Wish(fields.get("title", ""), cards, period, threshold, expires, epsilon, budget)


def _period(fields: Fields) -> str:
    asked = fields.get("period", "")
    if asked in ROLLING:
        return asked
    first, last = (_date(fields.get(name, ""), "period_wrong") for name in ("from", "to"))
    if asked != OWN or not EARLIEST <= first <= last <= LATEST or (last - first).days >= LONGEST:
        raise WishError("period_wrong")
    return f"{first}/{last}"


def _noise(fields: Fields, cards: int, period: str, threshold: int) -> tuple[float | None, float | None]:
    """The epsilon of each card and period, and the budget of all; both None for figures without noise."""
    asked = fields.get("epsilon", "")
    if not asked:
        return None, None
    if asked not in {f"{epsilon:g}" for epsilon in EPSILONS} or not noise.available():
        raise WishError("noise_wrong")
    if period in ROLLING and period != ONCE:
        raise WishError("noise_period_wrong")
    epsilon = float(asked)
    try:
        noise.noisy_values({}, epsilon, threshold)
    except ValueError:
        raise WishError("noise_threshold_wrong") from None
    return epsilon, epsilon * cards * (PERIODS_DRAWN if period == ONCE else 1)


def _date(text: str, key: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        raise WishError(key) from None
