"""What an operator is told of a cookie that nobody declared: its name, as far as it tells of nobody, and the mend."""

import re
from collections.abc import Collection

FRAMEWORK_COOKIES = {
    "session": "Keeps you signed in.",
    "sessionid": "Keeps you signed in.",
    "csrftoken": "Protects the forms of this site.",
    "csrf_token": "Protects the forms of this site.",
    "fastapi-csrf-token": "Protects the forms of this site.",
    "asgi-csrftoken": "Protects the forms of this site.",
    "XSRF-TOKEN": "Protects the forms of this site.",
    "messages": "Shows the message about what you just did.",
}
"""Cookies that web frameworks set for themselves, with what they are for."""

NAMELESS = "(nameless)"


def readable(name: str | None) -> str:
    """A cookie's name as a pattern for a log and for the configuration: what may differ by visitor becomes `*`.

    Such are e-mail addresses, numbers, words of six and more characters with a digit, words of over twenty letters, and
    bytes that a declared name may not hold.
    """
    if name is None:
        return NAMELESS
    text = re.sub(r"[^_]*(?:@|%40).*|[^\x21-\x7e]|[,;=]", "*", name[:80])
    text = re.sub(r"[A-Za-z0-9]+", lambda word: "*" if _may_identify(word[0]) else word[0], text)
    return re.sub(r"\*+", "*", text[:40] + "*" if len(name) > 80 or len(text) > 40 else text)


def _may_identify(word: str) -> bool:
    has_digit = any(character.isdigit() for character in word)
    return (has_digit and len(word) >= 6) or (word.isdigit() and len(word) >= 2) or len(word) > 20


def undeclared_message(name: str, mode: str, taken: Collection[str], days: int) -> str:
    """The log line for a cookie that the app sets and nobody declared, with the TOML to paste.

    `name` is a `readable` one; `taken` holds the ids that the declaration uses already; `days` is for how many the
    cookie is set, 0 for the session.
    """
    did = "was dropped" if mode == "enforce" else "would be dropped in mode enforce"
    if name == NAMELESS or ("*" in name and len(name.replace("*", "")) < 3):
        return (
            f"the app set a cookie whose name cannot be declared {name!r}, so it {did}. "
            "Give it a name that is the same, or begins the same, for all visitors, and declare that."
        )
    head = f"the app set the cookie {name!r}, which is not declared, so it {did}. "
    known = FRAMEWORK_COOKIES.get(name)
    if known:
        head += "Your framework needs it; paste into consentkit.toml:\n"
        why = f'purpose = "necessary"\nexemption = "requested_service"\njustification = "{known}"'
    else:
        head += "To declare it, paste this into consentkit.toml and correct it:\n"
        why = 'purpose = "marketing"          # or the purpose that it really has\ndescription = "What it is for."'
    id_ = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30] or "service"
    id_ = id_ if id_[0].isalpha() else f"service_{id_}"
    while id_ in taken:
        id_ += "_2"
    duration = f"{days} day{'s' if days > 1 else ''}" if days else "session"
    return (
        f'{head}\n[[services]]\nid = "{id_}"\nname = "{id_}"\n{why}\n'
        f'storage = [{{ name = {toml_text(name)}, kind = "cookie", duration = "{duration}" }}]\n'
    )


def toml_text(text: str) -> str:
    """A text as TOML writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
