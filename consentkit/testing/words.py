"""C11, C12, C16, C17 and C28: what the first layer says, in which words, and what it leaves usable."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from consentkit.declaration import in_language
from consentkit.testing.rules import Finding, NotSeen, rule
from consentkit.testing.site import fetch
from consentkit.testing.visitor import as_text
from consentkit.texts import available, language_of, texts

if TYPE_CHECKING:
    from consentkit.testing.evidence import Evidence

MOST_WORDS = 30
"""Words that a sentence of the banner may have on average."""

SAME_CONTENT = 0.9
"""The share of a page's words that must be there whatever was chosen; what waits for consent may be the rest."""


@cache
def phrases() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By language: words that steer, and names of an interest that is no ground for storing."""
    return tomllib.loads((files("consentkit.testing") / "steering.toml").read_text("utf-8"))


def found_in(text: str, language: str, kind: str) -> list[str]:
    """The phrases of a kind (`steering`, `interest`) that a text in a language holds."""
    return [phrase for phrase in phrases()[language][kind] if phrase in text.lower()]


def _texts(evidence: "Evidence") -> Iterator[tuple[str, str, str]]:
    """Where, in which language, and what: every banner, and the preferences."""
    for page, banner in evidence.first_visit.banners:
        yield page.path, language_of(banner["lang"]), banner["text"]
    fresh = evidence.preferences
    yield "the preferences", language_of(fresh.lang), fresh.text


@rule("C11", "The first layer says who asks, for what, and how to withdraw", "GDPR 13; EDPB 05/2020 ¶64", "first_visit")
def says_enough(evidence: "Evidence") -> Iterator[Finding]:
    """The controller, each purpose, the withdrawal, and a policy that can be read without choosing."""
    for page, banner in evidence.first_visit.banners:
        language, text = language_of(banner["lang"]), banner["text"]
        if language not in available():
            continue  # C12 speaks of it
        words = texts(language)
        if evidence.site.declaration["site"]["controller"] not in text:
            yield Finding("C11", f"{page.path}: the banner does not name who asks", "name the controller in its text")
        for purpose in evidence.site.declaration["purposes"]:
            title = in_language(purpose["title"], language)
            if purpose["id"] != "necessary" and title not in text:
                yield Finding("C11", f"{page.path}: the banner is silent on {title!r}", "name each purpose on it")
        if words["link"]["text"] not in text:
            yield Finding("C11", f"{page.path}: the banner does not say how to withdraw", "name the link that reopens")
        yield from _policy(page.path, evidence, banner["links"])


def _policy(path: str, evidence: "Evidence", links: Any) -> Iterator[Finding]:
    policies = [link for link in links if not link["href"].startswith(evidence.site.preferences)]
    if not policies:
        yield Finding("C11", f"{path}: the banner has no link to the privacy policy", "set [site] privacy_policy")
    for link in policies:
        answer = fetch(link["href"])
        if answer.status != 200 or not link["reachable"]:
            yield Finding(
                "C11",
                f"{path}: the link {link['href']} answers {answer.status}{'' if link['reachable'] else ', hidden'}",
                "let everybody read the policy before choosing",
            )


@rule(
    "C12",
    "Plain words, none that steer, in the page's language",
    "GDPR 7(2); EDPB 03/2022",
    "first_visit",
    "preferences",
)
def plain_words(evidence: "Evidence") -> Iterator[Finding]:
    """The banner speaks the page's language, in short sentences, without praise of consent."""
    for page, banner in evidence.first_visit.banners:
        spoken, written = language_of(banner["lang"]), language_of(page.probe["lang"])
        if written and spoken != written:
            yield Finding(
                "C12",
                f"{page.path}: the page is in {written!r}, the banner in {spoken!r}",
                "add it to [site] languages",
            )
    for where, language, text in _texts(evidence):
        if language not in available():
            yield Finding("C12", f"{where}: there are no texts in {language!r}", "set `lang` on <html>")
            continue
        if steering := found_in(text, language, "steering"):
            yield Finding("C12", f"{where}: {as_text(steering)} praises consent", "say what is stored and why, no more")
    for page, banner in evidence.first_visit.banners:
        sentences = [part for part in re.split(r"[.!?:](?:\s|$)", banner["text"]) if part.strip()]
        mean = sum(len(part.split()) for part in sentences) / max(len(sentences), 1)
        if mean > MOST_WORDS:
            yield Finding("C12", f"{page.path}: {mean:.0f} words in a sentence", f"write at most {MOST_WORDS}")


@rule("C17", "Legitimate interest is no ground for storing", "EDPB Taskforce ¶20-25", "first_visit", "preferences")
def no_interest(evidence: "Evidence") -> Iterator[Finding]:
    """Neither a phrase in any layer nor an exemption outside what is necessary."""
    for where, language, text in _texts(evidence):
        if language in available() and (named := found_in(text, language, "interest")):
            yield Finding("C17", f"{where}: {as_text(named)}", "ask for consent, or declare an exemption of the law")


@rule("C16", "No wall: the page works whatever is chosen", "EDPB 05/2020 ¶39-41; Tw 11.7a(5)", "first_visit", "refused")
def no_wall(evidence: "Evidence") -> Iterator[Finding]:
    """It scrolls and can be touched with the banner open, holds the same content, and lives without the banner."""
    for page in evidence.first_visit.pages:
        probe = page.probe
        if probe["locked"] or probe["covered"] >= 0.98:
            yield Finding(
                "C16",
                f"{page.path} at {evidence.view}: {'cannot be scrolled' if probe['locked'] else 'is covered whole'}",
                "lay the banner over a part of the page and leave the rest alone",
            )
    after = evidence.first_visit.unblocked
    if after["locked"] or after["covered"]:
        yield Finding("C16", "the page stays locked when the banner's element is removed", "lock nothing")
    for before, later in zip(evidence.first_visit.pages, evidence.refused.chosen.pages, strict=True):
        share = kept(before.probe["content"], later.probe["content"])
        if later.status >= 400 > before.status or share < SAME_CONTENT:
            yield Finding(
                "C16",
                f"{later.path}: after a refusal {share:.0%} of the page's words are left (status {later.status})",
                "serve the same page to those who refuse",
            )


def kept(before: str, after: str) -> float:
    """The share of words that two states of a page have in common, of the longer one."""
    first, second = Counter(before.split()), Counter(after.split())
    longest = max(first.total(), second.total())
    return (first & second).total() / longest if longest else 1.0


@rule("C28", "The banner hides no legal link", "EDPB 03/2022", "first_visit")
def legal_links(evidence: "Evidence") -> Iterator[Finding]:
    """Imprint and privacy can be scrolled to a place where nothing covers them."""
    seen = [(page, link) for page in evidence.first_visit.pages for link in page.probe["legal"]]
    if not seen:
        raise NotSeen("no page has a link to an imprint or a privacy policy")
    for page, link in seen:
        if page.banner and not link["clear"]:
            yield Finding(
                "C28",
                f"{page.path} at {evidence.view}: {as_text(link['text'])} stays under the banner",
                "leave room below the page's end while the banner is open",
            )
