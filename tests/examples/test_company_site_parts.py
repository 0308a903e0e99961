"""What lies around the example website: its configuration, its second origin, its places, and how it is imported."""

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import maxminddb
import pytest
from starlette.testclient import TestClient

from consentkit.config import load
from consentkit.demo import demo_config
from consentkit.errors import NotWrappedError
from consentkit.own_visit import VISIT
from examples.company_site import make_places, site, tag_server, texts
from examples.company_site.places import COUNTRIES

FOLDER = Path(site.__file__).parent
ORIGIN = "http://www.noordlicht.example"
TAGS = "http://localhost:8001"
VIDEO = "http://localhost:8002"


def test_the_second_origin_does_what_has_to_be_gated() -> None:
    """Tag, pixel and player answer with strict headers, and pixel and player set third-party cookies."""
    client = TestClient(tag_server.create_app(framed_by=ORIGIN), base_url="https://tags.example")

    assert "_ads_id" in client.get("/tag.js").text
    assert "SameSite=none" in client.get("/pixel.gif").headers["set-cookie"]
    embed = client.get("/embed?lang=nl")
    assert f"frame-ancestors {ORIGIN}" in embed.headers["content-security-policy"]
    assert embed.headers["set-cookie"].startswith("_player=")
    for address in re.findall(r'(?:src|href)="([^"]+)"', embed.text):
        assert client.get(address).status_code == 200
    assert client.get("/player/..%2Ftag_server.py").status_code == 404


def test_the_configuration_declares_what_the_site_stores() -> None:
    """The example's consentkit.toml is valid and has an owner for each cookie that site and tag set."""
    config = load(FOLDER / "consentkit.toml")

    owners = {
        name: [service.id for service in config.declaration.owners(name)]
        for name in ("session", "theme", "_meas", "_meas_id", "_ads_id", "_ads_px", "_player")
    }
    assert owners == {
        "session": ["session"], "theme": ["theme"], "_meas": ["measure"], "_meas_id": ["measure"],
        "_ads_id": ["ads"], "_ads_px": ["ads"], "_player": ["video"],
    }  # fmt: skip
    assert {f"/{code}/contact/thanks" for code in texts.LANGUAGES} == {goal.path for goal in config.stats.goals}
    assert all(path.is_file() for path in config.stats.geoip)


def test_the_places_are_what_the_script_makes(tmp_path: Path) -> None:
    """The committed database is reproduced byte for byte, and finds every sample country by both kinds of address."""
    made = tmp_path / "made.mmdb"
    make_places.write(made)

    assert made.read_bytes() == make_places.FILE.read_bytes()
    with maxminddb.open_database(make_places.FILE) as reader:
        for country in COUNTRIES:
            for network in (country.ipv4, country.ipv6):
                record: Any = reader.get(str(network[5]))
                assert country.code == record["country"]["iso_code"]
        assert reader.get("8.8.8.8") is None


def test_the_site_works_as_a_package_of_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The launcher imports it from a path, and the wheel as a part of consentkit: its imports are all relative."""
    name = "a_site_under_another_name"
    spec = importlib.util.spec_from_file_location(
        name, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)

    imported = importlib.import_module(f"{name}.site")

    assert imported.create_app(secret="x" * 32, tag_origin=TAGS, video_origin=VIDEO) is not None
    for loaded in [loaded for loaded in sys.modules if loaded.startswith(f"{name}.")]:
        monkeypatch.delitem(sys.modules, loaded)


def test_consent_comes_from_the_middleware_unless_told_otherwise() -> None:
    """Without consentkit around it the site says so, and does not guess."""
    app = site.create_app(secret="x" * 32, tag_origin=TAGS, video_origin=VIDEO)

    with pytest.raises(NotWrappedError):
        TestClient(app).get("/en/")


def test_the_stand_in_is_enough() -> None:
    """What templates ask of consent is exactly what the protocol names."""
    asked = {
        name
        for path in (FOLDER / "templates").glob("*.html")
        for name in re.findall(r"consent\.(\w+)", path.read_text("utf-8"))
    }
    assert {"consent_mode_tag", "granted", "link", "link_text", "preferences_url"} == asked


@pytest.mark.parametrize(("delivery", "measures"), [("server", True), ("edge", False)])
def test_the_demo_measures_visits_where_pages_are_made_for_each_visitor(
    tmp_path: Path, delivery: str, measures: bool
) -> None:
    """A page that is the same for everybody can carry nobody's state."""
    config = demo_config(tmp_path, TAGS, layout="dialog", delivery=delivery)
    assert (delivery, "dialog") == (config.consent.delivery, config.consent.layout)
    assert (measures, measures) == (config.stats.visitor_state, config.stats.outbound)
    assert measures == (VISIT in config.declaration.services)
