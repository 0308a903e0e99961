"""Preferences that the browser sends with every request."""

from collections.abc import Sequence


def gpc_is_on(values: Sequence[bytes]) -> bool:
    """Whether Global Privacy Control is on: one `Sec-GPC` header that is exactly `1`; any other value says nothing.

    Source: W3C Global Privacy Control, §3.2.
    """
    return b"1" in values
