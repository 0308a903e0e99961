"""The nonces by which a page's own Content-Security-Policy lets scripts and stylesheets pass."""

import re
from collections.abc import Iterable
from typing import NamedTuple

SCRIPT = ("script-src-elem", "script-src", "default-src")
STYLE = ("style-src-elem", "style-src", "default-src")
"""The directives that decide on an element, the first that a policy has (CSP Level 3 §6.8.3)."""

NONCE = re.compile(r"'nonce-([A-Za-z0-9+/_-]+={0,2})'", re.I)


class Nonces(NamedTuple):
    """What elements of ours carry; "" where no policy asks for a nonce."""

    script: str = ""
    style: str = ""


def nonces(values: Iterable[bytes]) -> Nonces:
    """The nonces for an element that every policy is to let pass.

    `values` are those of the Content-Security-Policy headers, each with one policy or several between commas. An
    element carries one nonce: if no nonce satisfies all policies, none helps, and the first policy's is taken.
    """
    policies = [_directives(policy) for value in values for policy in value.decode("latin-1").split(",")]
    return Nonces(_common(policies, SCRIPT), _common(policies, STYLE))


def _directives(policy: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for directive in policy.split(";"):
        name, *sources = directive.split(maxsplit=1) or [""]
        found.setdefault(name.lower(), "".join(sources))
    return found


def _common(policies: list[dict[str, str]], names: tuple[str, ...]) -> str:
    deciding = [next((policy[name] for name in names if name in policy), "") for policy in policies]
    offered: list[list[str]] = [found for sources in deciding if (found := NONCE.findall(sources))]
    if not offered:
        return ""
    return next((nonce for nonce in offered[0] if all(nonce in others for others in offered)), offered[0][0])
