"""What a browser is to delete of the storage that only scripts can reach, because its services are refused."""

from collections.abc import Collection, Mapping

from consentkit.declaration import STORAGE_KINDS, Declaration, Service, StorageItem

Sweep = dict[str, dict[str, list[str]]]

SWEPT_KINDS = tuple(kind for kind in STORAGE_KINDS if kind != "cookie")
"""Cookies are deleted by the server, HttpOnly ones too."""


class Sweeper:
    """Makes the lists of one declaration. In the modes `observe` and `warn` nothing is deleted."""

    def __init__(self, declaration: Declaration, mode: str) -> None:
        self._items: Mapping[str, list[tuple[StorageItem, Service]]] = {
            kind: found
            for kind in SWEPT_KINDS
            if mode == "enforce"
            and (
                found := [
                    (item, service)
                    for service in declaration.services.values()
                    for item in service.storage
                    if item.kind == kind
                ]
            )
        }

    def lists(self, denied: Collection[str]) -> Sweep:
        """By kind of storage the names and patterns to `delete`, and those to `keep` where both match a name.

        As with cookies the closest match decides: an exact name goes before a pattern, a longer pattern before a
        shorter one, and of two alike the refused one. What nobody refused or declared is left alone. `denied` are ids.
        """
        sweep: Sweep = {}
        for kind, items in self._items.items():
            names: dict[bool, list[str]] = {True: [], False: []}
            for item, service in items:
                names[service.id in denied].append(item.name)
            if names[True]:
                sweep[kind] = {"delete": sorted(set(names[True])), "keep": sorted(set(names[False]))}
        return sweep
