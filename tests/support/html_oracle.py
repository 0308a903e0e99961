"""An independent model of what a browser contacts for a page, to hold the rewriter against.

Two HTML parsers (lexbor, and html5lib with scripting on, so that one reads what stands in `<noscript>` and the other
takes it for text) and a URL parser (ada), none of which consentkit uses; the rest is written from the standards' steps.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import html5lib
from ada_url import URL
from selectolax.lexbor import LexborHTMLParser

FOLLOWED = {
    "apple-touch-icon", "compression-dictionary", "dns-prefetch", "icon", "manifest", "modulepreload", "preconnect",
    "prefetch", "preload", "prerender", "stylesheet",
}  # fmt: skip
SOURCES = {
    "audio": ("src",), "embed": ("src",), "feimage": ("href", "xlink:href"), "frame": ("src",), "iframe": ("src",),
    "image": ("href", "xlink:href"), "img": ("src",), "input": ("src",), "object": ("data",),
    "script": ("src", "href", "xlink:href"), "source": ("src",), "track": ("src",), "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}  # fmt: skip
SETS = ("img", "source")
XLINK = "{http://www.w3.org/1999/xlink}"

Element = tuple[str, dict[str, str]]


def contacted(page: str, address: str, *, hints_only: bool, scripting: bool) -> set[str]:
    """The hosts that a browser contacts for HTML that stands at an address.

    `hints_only`: by what no Content-Security-Policy stops, that is links, refreshes, bases and speculation rules.
    """
    found: set[str] = set()
    elements = list(_by_html5lib(page) if scripting else _by_lexbor(page))
    base = next((attributes["href"] for name, attributes in elements if name == "base" and "href" in attributes), "")
    bases = {address, _resolved(base, address) or address}
    for name, attributes in elements:
        for text in _texts(name, attributes, hints_only=hints_only):
            found |= {host for each in bases if (host := _host(text, each))}
        if name == "iframe" and "srcdoc" in attributes:
            found |= contacted(attributes["srcdoc"], address, hints_only=hints_only, scripting=scripting)
    return found


def _by_lexbor(page: str) -> Iterator[Element]:
    root = LexborHTMLParser(page).root
    for node in root.traverse(include_text=True) if root else ():
        if node.tag and not node.tag.startswith("-"):
            attributes = {key.lower(): value or "" for key, value in node.attributes.items()}
            yield node.tag.lower(), {**attributes, "": node.text() or "" if node.tag == "script" else ""}


def _by_html5lib(page: str) -> Iterator[Element]:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    try:
        nodes = list(parser.parse(page, scripting=True).iter())
    except AssertionError:
        # html5lib trips over assertions of its own (`<html>` in SVG at the end, for one): then lexbor alone is heard.
        nodes = []
    for node in nodes:
        if isinstance(node.tag, str):
            name = node.tag.rpartition("}")[2].lower()
            attributes = {str(key).replace(XLINK, "xlink:").lower(): value for key, value in node.attrib.items()}
            yield name, {**attributes, "": node.text or ""}


def _texts(name: str, attributes: dict[str, str], *, hints_only: bool) -> Iterator[str]:
    """Every address that an element leads to by itself."""
    if name == "base":
        yield attributes.get("href", "")
    elif name == "meta":
        yield from _refresh(attributes)
    elif name == "link":
        if FOLLOWED.intersection(attributes.get("rel", "").lower().split()):
            yield attributes.get("href", "")
            yield from _candidates(attributes.get("imagesrcset", ""))
    elif name == "script" and attributes.get("type", "").strip("\t\n\f\r ").lower() == "speculationrules":
        yield from _candidates_of_rules(attributes[""])
    elif not hints_only:
        yield from (attributes[key] for key in SOURCES.get(name, ()) if key in attributes)
        yield from _candidates(attributes.get("srcset", "") if name in SETS else "")


def _refresh(attributes: dict[str, str]) -> Iterator[str]:
    """HTML §4.2.5.3, the steps of the refresh state."""
    match = re.match(r"[\t\n\f\r ]*([0-9]*)([0-9.]*)(.*)", attributes.get("content", ""), re.S)
    if attributes.get("http-equiv", "").lower() != "refresh" or not match or not (match[1] or match[2]):
        return
    rest = match[3]
    if not rest or rest[0] not in ";,\t\n\f\r ":
        return
    rest = re.sub(r"^[\t\n\f\r ]*[;,]?[\t\n\f\r ]*", "", rest)
    rest = re.sub(r"^url[\t\n\f\r ]*=[\t\n\f\r ]*", "", rest, flags=re.I)
    yield rest[1:].partition(rest[0])[0] if rest[:1] in ("'", '"') else rest


def _candidates(srcset: str) -> Iterator[str]:
    """HTML §4.8.4.2.1, the addresses of a srcset."""
    at = 0
    while match := re.compile(r"[\t\n\f\r ,]*([^\t\n\f\r ]+)").match(srcset, at):
        yield match[1].rstrip(",")
        at = match.end()
        if not match[1].endswith(","):
            depth = 0
            while at < len(srcset) and (srcset[at] != "," or depth):
                depth = {"(": 1, ")": 0}.get(srcset[at], depth)
                at += 1


def _candidates_of_rules(text: str) -> Iterator[str]:
    """The addresses that speculation rules list."""
    try:
        rules = json.loads(text)
    except (ValueError, RecursionError):
        return
    for each in rules.values() if isinstance(rules, dict) else ():
        for rule in each if isinstance(each, list) else ():
            urls: Any = rule.get("urls") if isinstance(rule, dict) else None
            yield from (url for url in urls if isinstance(url, str)) if isinstance(urls, list) else ()


def _resolved(address: str, base: str) -> str:
    try:
        return URL(address, base=base).href
    except ValueError:
        return ""


def _host(address: str, base: str) -> str:
    try:
        url = URL(address, base=base)
    except ValueError:
        return ""
    return url.hostname.removesuffix(".") if url.protocol in ("http:", "https:", "ws:", "wss:") else ""
