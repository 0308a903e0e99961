"""Which declared origins are closed to a visitor, and whose they are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from consentkit.declaration import Declaration
from consentkit.html.urls import origin


def place(found: str) -> str:
    """What of an origin decides who is contacted: host and port, whatever the scheme, without a final dot.

    A page on https turns `http://` into `https://` (HSTS, upgrade-insecure-requests), so both are the same here.
    """
    scheme, _, rest = found.partition("://")
    name, colon, port = rest.rpartition(":") if not rest.endswith("]") else (rest, "", "")
    if not colon:
        name, port = rest, "443" if scheme in ("https", "wss") else "80"
    name = name.removesuffix(".")
    return name if port in ("80", "443") else f"{name}:{port}"


@dataclass(frozen=True)
class Closed:
    """The places that no page may contact: `services` by place; `open` and `allowed` belong to granted services.

    A place may begin with `*.` for all hosts below a domain. `allowed` are the origins as declared, for a policy.
    """

    services: dict[str, tuple[str, ...]]
    open: frozenset[str]
    allowed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.services)

    def owners(self, found: str | None) -> tuple[str, ...]:
        """The ids of the services that keep an origin closed; none for one that is open or not declared."""
        if found is None or not self.services:
            return ()
        names = _names(found)
        if not self.open.isdisjoint(names):
            return ()
        for name in names:
            if name in self.services:
                return self.services[name]
        return ()

    def sharers(self, found: str | None) -> tuple[str, ...]:
        """All services with a declared place for an origin: the grant of any one of them would open it."""
        where = place(found) if found else ""
        return tuple(
            dict.fromkeys(id_ for name in (where, *_wider(where)) if where for id_ in self.services.get(name, ()))
        )


NOTHING = Closed({}, frozenset(), ())


def closed_origins(declaration: Declaration, granted: Callable[[str], bool]) -> Closed:
    """What is closed while only these services are granted; an origin that a granted one shares is open."""
    services: dict[str, tuple[str, ...]] = {}
    allowed: list[str] = []
    for service in declaration.services.values():
        if granted(service.id):
            allowed += service.origins
            continue
        for where in places(service.origins):
            services[where] = (*services.get(where, ()), service.id)
    open_places = frozenset(places(allowed))
    left = {where: ids for where, ids in services.items() if not open_places & {where, *_wider(where)}}
    return Closed(left, open_places, tuple(dict.fromkeys(allowed)))


def places(origins: Iterable[str]) -> list[str]:
    """The places of origins as they are declared."""
    return [place(found) for text in origins if (found := origin(text))]


@lru_cache(maxsize=1024)
def _names(found: str) -> tuple[str, ...]:
    """The places that an origin is declared by."""
    where = place(found)
    return (where, *_wider(where))


def _wider(where: str) -> list[str]:
    name, colon, port = where.partition(":") if not where.startswith("[") else (where, "", "")
    labels = name.removeprefix("*.").split(".")
    return [f"*.{'.'.join(labels[at:])}{colon}{port}" for at in range(0 if name.startswith("*.") else 1, len(labels))]
