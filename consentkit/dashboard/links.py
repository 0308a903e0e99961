"""Addresses inside the dashboard, wherever it is mounted, that carry the reader's choices along."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Links:
    """Builds addresses under `base` (the root path, "" when alone) with what is kept from page to page."""

    base: str
    kept: Mapping[str, str]

    def to(self, page: str = "", **query: str | int | None) -> str:
        """The address of a page; a query value of None leaves a kept one out."""
        values = {name: str(value) for name, value in {**self.kept, **query}.items() if value not in (None, "")}
        return f"{self.base}/{page}" + (f"?{urlencode(values)}" if values else "")

    def period(self, period: Mapping[str, str], page: str = "", **query: str | int | None) -> str:
        """A page in another period."""
        kept = {name: value for name, value in self.kept.items() if name not in ("period", "from", "to")}
        return Links(self.base, {**kept, **period}).to(page, **query)
