"""What a document begins with, up to where its first own element of the head stands."""

import re
from dataclasses import dataclass

from consentkit.html.tokens import Tag, read_tag
from consentkit.html.urls import decoded

MAX_PRELUDE = 16_384
"""Bytes that are held to find where the prelude ends; a longer one is taken to end before what did not fit."""

SKIPPED = re.compile(rb"[\t\n\f\r ]+|\xef\xbb\xbf|<!--(?:-?>|.*?--!?>)|<!(?!--?)[^>]*>|<\?[^>]*>", re.S)
TAG = re.compile(rb"<(html|head|meta|body)(?=[\t\n\f\r />])", re.I)
UNFINISHED = re.compile(rb"<(?:[!?].*|[a-z]{0,4})|\xef\xbb?", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Prelude:
    """The beginning of a document: its length in bytes, the `lang` of its `<html>`, and whether it is a document (one
    with a doctype, or a tag of `html`, `head` or `body`) and no fragment."""

    length: int = 0
    language: str = ""
    is_document: bool = False


def read_prelude(text: bytes, *, is_all: bool) -> Prelude | None:
    """The doctype, comments, and tags of `html`, `head` and the encoding that a text begins with; None if more text is
    needed to know. `is_all`: no more comes.

    What follows has not begun yet: a script that is put there runs before any other. The encoding stays in front, as
    browsers look for it in the first 1024 bytes only (HTML §13.2.3.2).
    """
    at, language, is_document = 0, "", False
    while True:
        if match := SKIPPED.match(text, at):
            is_document = is_document or match[0][:9].lower() == b"<!doctype"
            at = match.end()
            continue
        match = TAG.match(text, at)
        name = match[1].lower() if match else b""
        is_document = is_document or name in (b"html", b"head", b"body")
        tag = read_tag(text, match.end()) if match else None
        if tag is None or not tag.end or name == b"body" or (name == b"meta" and not _is_encoding(tag)):
            break
        if name == b"html" and not language:
            language = decoded((tag.get(b"lang") or b"").decode("utf-8", "replace"))[:35]
        at = tag.end
    is_open = at == len(text) or (match is not None and tag is None) or UNFINISHED.fullmatch(text, at)
    if is_open and not is_all and len(text) <= MAX_PRELUDE:
        return None
    return Prelude(at, language, is_document)


def _is_encoding(tag: Tag) -> bool:
    names = {attribute.name for attribute in tag.attributes}
    equivalent = (tag.get(b"http-equiv") or b"").strip().lower()
    return names == {b"charset"} or (names == {b"http-equiv", b"content"} and equivalent == b"content-type")
