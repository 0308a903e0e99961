"""Who is the site itself and who is somebody else."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from consentkit.declaration import glob_match
from consentkit.html.origins import place
from consentkit.html.urls import host, origin
from consentkit.stats.enrich.referrer import registrable
from consentkit.stats.model import OTHER


class Parties:
    """Tells the audited site from others: its own host, the hosts below its registrable domain, and those named.

    `more` are host names that belong to the site too; they may hold `*` (`*.cdn.example.net`). Another port of the same
    machine is another party: `localhost:8001` beside `localhost:8000`.
    """

    def __init__(self, site: str, more: Iterable[str] = ()) -> None:
        self.site = site
        self._place = place(origin(site) or "")
        self._domain = registrable(self._place)
        self._more = tuple(name.lower() for name in more)

    def owns(self, url: str) -> bool:
        """Whether an address is the site's own; `data:`, `blob:` and the like contact nobody."""
        found = origin(url)
        if found is None:
            return True
        where = place(found)
        named = any(glob_match(pattern, where) for pattern in self._more)
        return where == self._place or named or self._is_same_domain(where)

    def owns_cookie(self, domain: str) -> bool:
        """Whether the site could set and delete a cookie of this domain: for other hosts that it owns it cannot.

        Cookies know no ports (RFC 6265bis §8.5).
        """
        name = host(domain.lstrip(".")) or ""
        return name == (urlsplit(self.site).hostname or "").rstrip(".") or self._is_same_domain(name)

    def _is_same_domain(self, where: str) -> bool:
        return self._domain != OTHER and registrable(where) == self._domain
