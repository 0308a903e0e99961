"""Preferences that the browser sends with every request."""

from collections.abc import Sequence

from markupsafe import Markup

from consentkit.texts import texts


def gpc_is_on(values: Sequence[bytes]) -> bool:
    """Whether Global Privacy Control is on: one `Sec-GPC` header that is exactly `1`; any other value says nothing.

    Source: W3C Global Privacy Control, §3.2.
    """
    return b"1" in values


def signal_note(language: str) -> Markup:
    """That the signal is honoured, in words of a language, to stand beside the link to the preferences (rule C25)."""
    return Markup(' <span class="consentkit-signal">{}</span>').format(texts(language)["link"]["gpc"])
