"""What a finding says to its reader: what was seen, why it matters, what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from consentkit.audit.model import Finding, State, Stored, Visited
from consentkit.audit.shown import path_of, shown_path
from consentkit.consent.undeclared import toml_text
from consentkit.declaration import StorageItem
from consentkit.rules import known_tracker

WHEN = {
    State.BEFORE: "before a choice",
    State.REFUSED: "after a refusal",
    State.ACCEPTED: "after consent",
    State.WITHDRAWN: "after withdrawal",
}
KIND_WORDS = {
    "cookie": "cookie",
    "local_storage": "key in local storage",
    "session_storage": "key in session storage",
    "indexed_db": "database (IndexedDB)",
    "cache": "cache",
    "service_worker": "service worker",
    "response_header": "response header",
}
REQUEST_WORDS = {
    "document": "frame",
    "ping": "beacon",
    "xhr": "request by script",
    "fetch": "request by script",
    "eventsource": "event stream",
    "preconnect": "connection in advance",
    "dns-prefetch": "name looked up in advance",
    "blocked": "attempt",
}


def for_storage(
    finding: Finding, stored: Stored, items: Sequence[StorageItem], *, whose: str, own: bool, sent_to: Sequence[str]
) -> Finding:
    """The finding with its words.

    `items` are the declared ones, `whose` names their services, `own` says whether the place is the site's, `sent_to`
    are the other parties that a cookie was sent to.
    """
    what = KIND_WORDS[stored.kind]
    message = f"{what}, {lifetime_text(stored)}{'' if own else ', of another party'}"
    if sent_to:
        message += f"; sent to {', '.join(sent_to[:3])}{' and others' if len(sent_to) > 3 else ''}"
    paste = declare(finding, stored) if finding.kind == "undeclared_storage" else ""
    return replace(finding, message=message, advice=_storage_advice(finding, stored, items, whose), paste=paste)


def _storage_advice(finding: Finding, stored: Stored, items: Sequence[StorageItem], whose: str) -> str:
    if finding.kind == "left_behind":
        return f"It belongs to {whose}. Only its maker can delete it: tell them of the withdrawal."
    if finding.kind == "lives_longer":
        declared = " or ".join(dict.fromkeys(item.duration_text for item in items))
        if stored.kind == "cookie":
            return f"Declared for {declared}. Shorten its Max-Age where it is set, or declare the true duration."
        return f"Declared for {declared}, but a {KIND_WORDS[stored.kind]} stays until it is removed. Declare how long."
    if finding.kind == "storage_without_consent":
        end = " and delete it when consent is withdrawn" if finding.state is State.WITHDRAWN else ""
        return f"It belongs to {whose}, to which nobody consented here. Let it wait for consent{end}."
    tracker = known_tracker(finding.name) if stored.kind == "cookie" and finding.name.strip("*_") else ""
    known = f"This is {tracker}, known from measurement and advertising products. " if tracker else ""
    if finding.state is State.ACCEPTED:
        return f"{known}Nobody consented to what is not declared. Remove it, or declare it with its service:"
    return f"{known}Remove it, or let it wait for consent and declare it with its service:"


def declare(finding: Finding, stored: Stored) -> str:
    """The line of a service's table that declares a stored thing."""
    item = f'name = {toml_text(finding.name)}, kind = "{stored.kind}", duration = "{duration(stored)}"'
    return f"storage = [{{ {item} }}]"


def for_contact(finding: Finding, kinds: Mapping[str, int], paths: Sequence[str], *, whose: str) -> Finding:
    """The finding with its words; `kinds` counts the requests by type, `whose` names the services that declare it."""
    words: dict[str, int] = {}
    for kind, count in sorted(kinds.items()):
        word = REQUEST_WORDS.get(kind, kind)
        words[word] = words.get(word, 0) + count
    message = ", ".join(f"{count} × {word}" if count > 1 else word for word, count in words.items())
    shown = list(dict.fromkeys(shown_path(path) for path in paths if path not in ("", "/")))[:3]
    if shown:
        message += f": {', '.join(shown)}{' …' if len(paths) > 3 else ''}"
    paste = (
        f"origins = [{toml_text(finding.name)}]"
        if finding.kind == "undeclared_contact" or (finding.kind == "blocked_contact" and not whose)
        else ""
    )
    return replace(finding, message=message, advice=_contact_advice(finding, whose), paste=paste)


def _contact_advice(finding: Finding, whose: str) -> str:
    belongs = f"It belongs to {whose}, to which nobody consented here. " if whose else ""
    if finding.kind == "blocked_contact":
        mend = (
            "let the page hold its tag or its script only where consent was given"
            if whose
            else "take the tag out of the page, or declare it with its service:"
        )
        return f"{belongs}Nobody was contacted, but only the policy prevents it: {mend}{'.' if whose else ''}"
    if finding.kind == "contact_without_consent":
        return f"{belongs}Load it only after consent."
    host = finding.name.partition("://")[2]
    if finding.state is State.ACCEPTED:
        return f"Nobody consented to {host}. Remove it, serve it yourself, or declare it with its service:"
    return "Remove it, serve it yourself, or let it wait for consent and declare it with its service:"


def not_reached(state: State, why: str) -> Finding:
    """The finding for a state that could not be checked."""
    return Finding(
        kind="state_not_reached",
        state=state,
        rule={State.REFUSED: "C4", State.WITHDRAWN: "C13"}.get(state, ""),
        what="state",
        name=WHEN[state],
        message=why,
        advice=f"Name the control with --{OPTION[state]}, or leave the state out with --states; it is not checked.",
    )


OPTION = {State.REFUSED: "refuse", State.ACCEPTED: "accept", State.WITHDRAWN: "withdraw", State.BEFORE: "path"}


def page_not_opened(state: State, page: Visited) -> Finding:
    """The finding for a page that did not answer."""
    path = shown_path(path_of(page.url))
    return Finding("page_not_opened", state, "", "page", path, page.problem, "Mend the address, or give it more time.")


def page_error(page: Visited) -> Finding:
    """The note on a page that answered with an error status; what it stored is checked all the same."""
    path = shown_path(path_of(page.url))
    message = f"answered with status {page.status}"
    return Finding("page_error", None, "", "page", path, message, "What it stores and loads is checked all the same.")


def nothing_to_choose() -> Finding:
    """The note on a declaration of necessary services only."""
    return Finding(
        "nothing_to_choose", None, "", "state", "choice", "no declared service needs consent",
        "The states after a choice are not checked.",
    )  # fmt: skip


def never_seen(service: str, whose: str, kind: str, name: str) -> Finding:
    """The note on something declared that did not show."""
    what = KIND_WORDS.get(kind, "origin")
    return Finding(
        kind="never_seen",
        state=None,
        rule="C19",
        what=kind,
        name=name,
        message=f"{what} of {whose}",
        advice="If no page uses it any more, take it out of the declaration; else name its page with --path.",
        services=(service,),
    )


def lifetime_text(stored: Stored) -> str:
    """How long a thing stays, in words."""
    if not stored.kept:
        return "written, and not kept"
    if stored.kind == "session_storage":
        return "until the tab closes"
    if stored.kind == "response_header":
        return "which makes the browser keep or send something"
    if stored.kind != "cookie":
        return "until it is removed"
    if stored.days is None:
        return "until the browser closes"
    return f"for {_days_text(stored.days)}"


def _days_text(days: float) -> str:
    for size, unit in ((1.5, "day"), (1 / 16, "hour"), (0, "minute")):
        if days >= size:
            number = max(1, round(days * {"day": 1, "hour": 24, "minute": 1440}[unit]))
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "0 minutes"


def duration(stored: Stored) -> str:
    """The measured lifetime as a declaration writes it."""
    if stored.kind == "session_storage" or (stored.kind == "cookie" and stored.days is None):
        return "session"
    return f"{max(1, round(stored.days))} days" if stored.days is not None else "12 months"
