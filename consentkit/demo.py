"""`make demo`: the example company website with consentkit around it, and 90 days of sample traffic."""

import importlib
import importlib.util
import os
import secrets
import socket
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType

import uvicorn
from rich.console import Console
from rich.progress import Progress
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from consentkit.config import Config, parse
from consentkit.consent.changes import ConsentChange
from consentkit.dashboard import Role, Users, open_store
from consentkit.errors import ConsentKitError
from consentkit.kit import ConsentKit
from consentkit.stats.samples import count_samples

TAG_ORIGIN = "http://localhost:8001"
"""Where the example's configuration expects its tag server; the demo puts its own port in its place."""

SAMPLE_DAYS = 90
SAMPLE_SEED = 2026
HERE = Path(__file__).parent


def site_folder() -> Path:
    """Where the example site lies: inside the package when installed, under `examples/` in a checkout."""
    inside = HERE / "company_site"
    return inside if inside.is_dir() else HERE.parent / "examples" / "company_site"


def load_part(name: str) -> ModuleType:
    """A module of the example site, which is the package `company_site` wherever it lies."""
    if "company_site" not in sys.modules:
        folder = site_folder()
        spec = importlib.util.spec_from_file_location(
            "company_site", folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise FileNotFoundError(f"the example site is not at {folder}")
        module = importlib.util.module_from_spec(spec)
        sys.modules["company_site"] = module
        spec.loader.exec_module(module)
    return importlib.import_module(f"company_site.{name}")


def demo_config(data: Path, tag_origin: str, *, layout: str = "bar", delivery: str = "server") -> Config:
    """The example site's configuration, with its databases in a folder and its tags at an origin of one's own."""
    folder = data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    text = (site_folder() / "consentkit.toml").read_text("utf-8").replace(TAG_ORIGIN, tag_origin)
    tables = tomllib.loads(text)
    tables["consent"] |= {"layout": layout, "delivery": delivery}
    if delivery == "edge":
        # The same page for everybody carries nobody's visit.
        tables["stats"] |= {"visitor_state": False, "outbound": False}
    config = parse(tables, base=site_folder(), source="consentkit.toml of the demo")
    return replace(
        config,
        consent=replace(
            config.consent,
            ledger=f"sqlite:///{folder}/consent.db",
            observed=f"sqlite:///{folder}/observed.db",
        ),
        stats=replace(config.stats, sink=f"sqlite:///{folder}/stats.db", private=f"sqlite:///{folder}/private.db"),
        dashboard=replace(config.dashboard, store=f"sqlite:///{folder}/dashboard.db"),
    )


def demo_secret(data: Path) -> str:
    """The demo's own secret, made on the first start and kept in its data folder."""
    path = data / "secret"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), "utf-8")
    return path.read_text("utf-8").strip()


def demo_app(kit: ConsentKit, secret: str, tag_origin: str) -> ASGIApp:
    """The example site with the dashboard mounted, inside the gate."""
    site = load_part("site").create_app(
        secret=secret, tag_origin=tag_origin, video_origin=tag_origin, declaration=kit.declaration_html
    )
    return kit.wrap(Starlette(routes=[Mount("/dashboard", app=kit.dashboard), Mount("/", app=site)]))


def fill(kit: ConsentKit, now: float) -> None:
    """Count 90 days of sample traffic on the first start, with a progress bar; a second call does nothing."""
    traffic = load_part("traffic").sample_traffic(
        days=SAMPLE_DAYS, until=datetime.fromtimestamp(now, kit.config.site.timezone), seed=SAMPLE_SEED
    )
    with Progress(transient=True) as progress:
        task = progress.add_task("counting 90 days of sample traffic", total=None)
        count_samples(kit.config, traffic, on_request=lambda: progress.advance(task))


@contextmanager
def tag_server(port: int) -> Iterator[None]:
    """The "advertising company" of the demo on an origin of its own, in a thread, for as long as the site runs."""
    server = uvicorn.Server(uvicorn.Config(load_part("tag_server").app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, name="demo tag server", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=5)


def demand_free(*ports: int) -> None:
    """ConsentKitError if something listens on a port of this machine already."""
    for port in ports:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError as problem:
            raise ConsentKitError(
                f"port {port} cannot be used ({os.strerror(problem.errno or 0)}); the demo needs it and the next one, "
                "name others with --port 8100, or make demo PORT=8100"
            ) from None


def welcome(users: Users) -> None:
    """A user for the sign-in link, who may do everything and whose password nobody knows; another at every start."""
    if users.get("demo") is not None:
        users.remove("demo")
    users.add("demo", secrets.token_urlsafe(16), Role.ADMINISTRATOR)


def serve(*, port: int, data: Path, layout: str, delivery: str, samples: bool = True) -> None:
    """Serve the demo until it is stopped. ConsentKitError at once if `port` or the next one is taken."""
    demand_free(port, port + 1)
    tag_origin = f"http://localhost:{port + 1}"
    secret = demo_secret(data)
    kit = ConsentKit(demo_config(data, tag_origin, layout=layout, delivery=delivery), [secret])
    if samples:
        fill(kit, time.time())
    welcome(open_store(kit.config).users)
    home = f"http://127.0.0.1:{port}"
    link = kit.sign_in_link("demo", f"{home}/dashboard")
    console = Console()
    console.print(f"\n[bold]The site[/]              {home}/")
    console.print(f"[bold]Preferences page[/]      {home}/consent/")
    console.print(f"[bold]Dashboard[/]             {home}/dashboard/")
    console.print(f"[bold]… signed in[/]           {link}\n", soft_wrap=True)

    @kit.on_change
    def tell(change: ConsentChange) -> None:
        console.print(f"A visitor's choice: {change.kind} {', '.join(change.purposes)}")

    with tag_server(port + 1):
        uvicorn.run(demo_app(kit, secret, tag_origin), port=port, log_level="warning")
