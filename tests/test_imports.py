"""Imports point inwards: what is pure knows no ASGI and no database, each third party stands behind one module."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import consentkit

ROOT = Path(consentkit.__file__).parent

PURE = (
    *(
        "declaration",
        "negotiation",
        "reader",
        "rules",
        "duration",
        "texts",
        "config",
        "config_services",
        "config_report",
    ),
    *(
        f"consent/{name}"
        for name in (
            "cookies",
            "choice",
            "decision",
            "signals",
            "consent_mode",
            "caching",
            "deletions",
            "return_to",
            "submission",
            "undeclared",
        )
    ),
    *(f"consent/ledger/{name}" for name in ("chain", "record")),
    *(f"audit/{name}" for name in ("model", "shown", "sources", "traces", "hints", "crawl")),
    *(f"stats/{name}" for name in ("model", "release", "holding", "tally", "paths", "classes", "visits")),
)
EDGES = ("starlette", "sqlite3", "asyncio", "jinja2", "logging", "uvicorn", "consentkit.kit", "consentkit.middleware")

ADAPTERS = {
    "user_agents": "stats/enrich/browser",
    "ua_parser": "stats/enrich/browser",
    "geoip2": "stats/enrich/place",
    "maxminddb": "stats/enrich/place",
    "publicsuffixlist": "stats/enrich/referrer",
    "crawleruseragents": "stats/enrich/bots",
    "lolhtml": "html/rewriter",
    "idna": "html/urls",
    "orjson": "stats/stores/json_text",
    "argon2": "dashboard/store/users",
    "arro3": "exporters/parquet_file",
    "xlsxwriter": "exporters/xlsx_file",
    "cryptography": "consent/ledger/receipt",
    "authlib": "dashboard/oidc",
    "joserfc": "dashboard/oidc",
    "opendp": "dashboard/sharing/noise",
    "prometheus_client": "metrics",
    "pycountry": "dashboard/region_names",
}
"""Each third party, and the one module that knows it."""


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(path for path in ROOT.rglob("*.py") if "company_site" not in path.parts)


def name_of(path: Path) -> str:
    """A module's name, as it is imported."""
    return ".".join(("consentkit", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def only_for_types(node: ast.AST) -> bool:
    """Whether a statement is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imported(node: ast.AST) -> Iterator[str]:
    """Every module that code imports when it runs, inside functions too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield child.module or ""
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif not only_for_types(child):
            yield from imported(child)


@cache
def imports_of(path: Path) -> frozenset[str]:
    """What a module imports."""
    return frozenset(imported(ast.parse(path.read_text("utf-8"))))


def uses(path: Path, package: str) -> bool:
    """Whether a module imports a package or something in it."""
    return any(name == package or name.startswith(f"{package}.") for name in imports_of(path))


def reached(path: Path) -> dict[str, Path]:
    """The modules of ours that a module imports, directly or through others, itself included."""
    known = {name_of(module): module for module in modules()}
    found: dict[str, Path] = {}
    waiting = [name_of(path)]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = known[name]
        waiting += [module for module in imports_of(known[name]) if module in known]
    # The package's own __init__ offers everything to users; it is no dependency of its modules.
    found.pop("consentkit", None)
    return found


@pytest.mark.parametrize("module", PURE)
def test_pure_module_knows_no_edge(module: str) -> None:
    """Neither it nor anything it imports touches ASGI, a database, an event loop, templates or a log."""
    for name, path in reached(ROOT / f"{module}.py").items():
        assert [] == [edge for edge in EDGES if uses(path, edge)], name


@pytest.mark.parametrize(("package", "module"), ADAPTERS.items())
def test_third_party_stands_behind_one_module(package: str, module: str) -> None:
    """Replacing it is the change of one file."""
    assert [ROOT / f"{module}.py"] == [path for path in modules() if uses(path, package)]


def test_only_the_outermost_know_the_kit() -> None:
    """The kit knows the parts; the parts do not know the kit (the middleware only its type)."""
    knowing = {name_of(path) for path in modules() if uses(path, "consentkit.kit")}
    assert knowing <= {"consentkit", "consentkit.cli", "consentkit.demo"}


def test_http_cookies_decides_nothing() -> None:
    """Python's cookie parser stops at what it dislikes, so no module uses it."""
    assert [] == [name_of(path) for path in modules() if uses(path, "http.cookies")]


def test_the_package_offers_what_it_names() -> None:
    """Each public name is loaded when it is asked for, and what is none is refused as Python does it."""
    assert [] == [name for name in consentkit.__all__ if getattr(consentkit, name).__name__ != name]
    with pytest.raises(AttributeError, match="has no attribute 'consent_for'"):
        _ = consentkit.consent_for
