"""The Set-Cookie lines that delete a refused cookie, wherever its setter may have put it."""

import re
from collections.abc import Iterable, Iterator

HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
PATH = re.compile(r"/[A-Za-z0-9/_.~%+@!-]{0,200}", re.ASCII)
NAME = re.compile(r"[\x20-\x3a\x3c\x3e-\x7e\x80-\xff]{1,256}")
"""Every name that can stand before the `=` of a Set-Cookie line: no control character, no `;`, no `=`."""

MAX_DEPTH = 4
BUDGET = 3500
"""Bytes of deletions in one response: proxies refuse responses whose headers exceed 4 or 8 kB."""


def deletion_lines(names: Iterable[str], *, host: str, path: str) -> list[bytes]:
    """Lines that delete each of the cookies, the likeliest variants of all of them first, within the budget.

    A deletion takes effect only with the path, the domain and the partition that the cookie was set with (RFC 6265bis
    §5.7; CHIPS), none of which a request tells. What is left over is tried when the cookie arrives again.
    """
    lines: list[bytes] = []
    size = 0
    wanted = sorted(name for name in set(names) if NAME.fullmatch(name))
    variants = list(_variants(host, path))
    for attributes in variants:
        for name in wanted:
            line = _line(name, attributes)
            if line is None:
                continue
            size += len(line) + 14
            if size > BUDGET:
                return lines
            lines.append(line)
    return lines


def _line(name: str, attributes: tuple[str, str, bool]) -> bytes | None:
    domain, path, partitioned = attributes
    prefix = name.lower()
    if prefix.startswith("__host-") and (domain or path != "/"):
        return None
    secure = "; Secure" if partitioned or prefix.startswith(("__host-", "__secure-", "__http-")) else ""
    # These two prefixes are only accepted from a server (RFC 6265bis successor, "layered cookies" §5.4).
    http_only = "; HttpOnly" if prefix.startswith(("__http-", "__host-http-")) else ""
    partition = "; SameSite=None; Partitioned" if partitioned else ""
    in_domain = f"; Domain={domain}" if domain else ""
    return f"{name}=; Path={path}{in_domain}; Max-Age=0{secure}{http_only}{partition}".encode("latin-1")


def _variants(host: str, path: str) -> Iterator[tuple[str, str, bool]]:
    """(domain, path, partitioned), the likeliest first."""
    domains = ["", *_domains(host)]
    paths = ["/", *_prefixes(path)]
    yield from ((domain, "/", False) for domain in domains)
    yield from ((domain, "/", True) for domain in domains)
    for partitioned in (False, True):
        yield from ((domain, prefix, partitioned) for prefix in paths[1:] for domain in domains)


def _domains(host: str) -> list[str]:
    """The host and its parent domains, the widest first; a browser ignores those that are public suffixes."""
    name = host.lower().rstrip(".")
    if not HOST.fullmatch(name) or name.rpartition(".")[2].isdigit():
        return []
    labels = name.split(".")
    return [".".join(labels[-count:]) for count in range(2, min(len(labels), 5) + 1)]


def _prefixes(path: str) -> list[str]:
    """Each folder on the way to the path, with and without its closing slash, without the root."""
    if not PATH.fullmatch(path):
        return []
    found = []
    parts = [part for part in path.split("/") if part][:MAX_DEPTH]
    for count in range(1, len(parts) + 1):
        prefix = "/" + "/".join(parts[:count])
        found += [prefix, prefix + "/"]
    return found
