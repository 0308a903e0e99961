"""How a page is named in the figures: by its path, with a router's parameters hidden unless they are meant to be read.

`/news/{slug}` is worth counting by the article, `/users/{id}` must not be; what shows is decided by the parameter's
name, and even then its value goes through the canonical form of paths.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from consentkit.stats.model import Facet
from consentkit.stats.paths import MAX_DEPTH, MORE, canonical

PUBLIC_PARAMETERS = (
    *("slug", "page", "path", "file_path", "filename", "category", "section", "topic", "tag", "title"),
    *("lang", "language", "locale", "country", "product", "article", "year", "month"),
)
"""Names of route parameters whose values are shown, unless they hold an identifier."""

PARAMETER = re.compile(r"\{([^{}:]{1,40})(?::([^{}]*))?\}")
WHOLE_PATH = "path"
"""The kind of a parameter that takes the rest of a path: that is named like any path."""
REMEMBERED = 4096
MAX_TEMPLATES = 500


class Routed:
    """The pages that a router's route answers, by path; `facet` is that of all of them where paths do not show in it.

    `template` is the route as load is counted by, "" for none.
    """

    __slots__ = ("facet", "known", "template")

    def __init__(self, template: str, facet: Facet | None) -> None:
        self.template = template
        self.facet = facet
        self.known: dict[str, Facet] = {}


class _Template:
    """A route that hides a parameter: its `text`, the `parts` of that, `name` where all paths of it are named alike."""

    __slots__ = ("_own", "_texts", "name", "parts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts = text.split("/")
        self.name = ""
        self._own = [number for number, part in enumerate(self.parts) if "{" not in part]
        self._texts = [self.parts[number] for number in self._own]

    def answers(self, segments: Sequence[str]) -> bool:
        """Whether its own texts stand where they should in a path that it answered."""
        return all("{" in part or not part or part == text for part, text in zip(self.parts, segments, strict=False))

    def fits(self, segments: Sequence[str]) -> bool:
        """Whether it may be what answered a path."""
        return len(segments) == len(self.parts) and [segments[number] for number in self._own] == self._texts


class Pages:
    """Names pages. `public` are the names of the route parameters that may be shown."""

    def __init__(self, public: Iterable[str] = PUBLIC_PARAMETERS) -> None:
        self._public = frozenset(public)
        self._routes: dict[str, Routed] = {}
        self._room = REMEMBERED
        self._hiding: dict[str, _Template] = {}

    def routed(self, route: str) -> Routed:
        """What a route of this template answers ("" if none is known)."""
        routed = self._routes.get(route)
        if routed is None:
            facet = _page(self.named(route, route)) if self._hides_all(route) else None
            routed = Routed(template_of(route) if route else "", facet)
            if len(self._routes) < MAX_TEMPLATES:
                self._routes[route] = routed
        return routed

    def facet(self, path: str, route: str) -> Facet:
        """The page of a decoded path that a route of this template answered ("" if none is known)."""
        routed = self.routed(route)
        return routed.facet or routed.known.get(path) or self._met(path, route, routed)

    def routed_each(self, routes: Sequence[str]) -> list[Routed]:
        """What each of these routes answers."""
        known, routed = self._routes, self.routed
        return [known.get(route) or routed(route) for route in routes]

    def facets(self, paths: Sequence[str], routes: Sequence[str]) -> list[Facet]:
        """The page of each of these paths, with the route that answered it."""
        facet = self.facet
        return [
            routed.facet or routed.known.get(path) or facet(path, route)
            for routed, path, route in zip(self.routed_each(routes), paths, routes, strict=True)
        ]

    def _met(self, path: str, route: str, routed: Routed) -> Facet:
        name = self.named(path, route)
        facet = _page(name)
        # Only a path that shows nothing of a visitor may be remembered.
        if name == path:
            if self._room <= 0:
                for each in list(self._routes.values()):
                    each.known.clear()
                self._room = REMEMBERED
            self._room -= 1
            routed.known[path] = facet
        return facet

    def named(self, path: str, route: str) -> str:
        """The name of the page at a decoded path."""
        template = self._learnt(route) if "{" in route else None
        return canonical(path) if template is None else self._filled(path.split("/"), template)

    def of_referrer(self, path: str) -> str:
        """The name of a page of which only the path is known: by the templates of routes that have answered so far."""
        segments = path.split("/")
        # A copy, because another thread may meet a new template meanwhile.
        for template in list(self._hiding.values()):
            if template.fits(segments):
                return template.name or self._filled(segments, template)
        return canonical(path)

    def _learnt(self, route: str) -> _Template | None:
        """A template that hides a parameter, or None for one that hides none."""
        template = self._hiding.get(route)
        if template is None and not self._shows(route):
            template = _Template(route)
            if self._hides_all(route):
                template.name = self._filled(template.parts, template)
            if len(self._hiding) < MAX_TEMPLATES:
                self._hiding[route] = template
        return template

    def _filled(self, segments: Sequence[str], template: _Template) -> str:
        if not template.answers(segments):
            # Of another path, as behind a middleware that changes it: then only the template is safe to show.
            return template_of(template.text)
        parts = template.parts
        # What a catch-all at the end has taken is named like any other path.
        rest = segments[len(parts) :] if PARAMETER.search(parts[-1]) and self._shows(parts[-1]) else []
        named = [self._segment(part, text) for part, text in zip(parts, segments, strict=False) if part or text]
        kept = [name for name in (*named, *(_canonical_segment(text) for text in rest)) if name]
        return "/" + "/".join(kept[:MAX_DEPTH] + [MORE] * (len(kept) > MAX_DEPTH))

    def _segment(self, part: str, text: str) -> str:
        return _canonical_segment(text) if self._shows(part) else PARAMETER.sub(r"{\1}", part)

    def _hides_all(self, route: str) -> bool:
        """Whether nothing of a path shows in its name, so that the template alone tells it."""
        parts = [part for part in route.split("/") if "{" in part]
        return bool(parts) and not any(self._shows(part) for part in parts)

    def _shows(self, part: str) -> bool:
        return all(name in self._public or kind == WHOLE_PATH for name, kind in PARAMETER.findall(part))


@lru_cache(maxsize=REMEMBERED)
def _page(name: str) -> Facet:
    """The same facet for all paths that are named alike, so that they are counted together."""
    return Facet(page=name)


@lru_cache(maxsize=MAX_TEMPLATES)
def template_of(route: str) -> str:
    """A router's template as load is counted by: without the kinds of its parameters, its text in canonical form.

    A mount may stand under a parameter of its own, so that what looks like text of the template is a visitor's.
    """
    return "/" + "/".join(
        PARAMETER.sub(r"{\1}", part) if "{" in part else _canonical_segment(part) for part in route.split("/") if part
    )


def _canonical_segment(text: str) -> str:
    return canonical(f"/{text}")[1:]
