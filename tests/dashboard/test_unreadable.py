"""A dashboard whose own file cannot be used: the site starts and serves its pages all the same."""

import logging
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from consentkit.kit import ConsentKit
from tests.support.sites import config_of, settings


def test_a_site_starts_without_its_dashboards_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """On a disk that takes no file the dashboard answers 503 and says why in the log; once there is room it works."""
    kit = ConsentKit(config_of(settings(), tmp_path), ["k" * 40])
    in_the_way = tmp_path / "var" / "dashboard.db"
    in_the_way.mkdir(parents=True)
    routes = [Route("/", PlainTextResponse("page")), Mount("/statistics", app=kit.dashboard)]
    site = TestClient(kit.wrap(Starlette(routes=routes)), base_url="https://www.example.com")
    secret = {"Authorization": "Bearer ck_anything"}
    with caplog.at_level(logging.ERROR, "consentkit.dashboard"):
        answers = [
            site.get("/"),
            site.get("/statistics/shared/" + "a" * 43),
            site.get("/statistics/api/v1/totals", headers=secret),
        ]
    assert [200, 503, 503] == [answer.status_code for answer in answers]
    assert ["IsADirectoryError"] * 2 == [
        message.partition("its own file: ")[2].split()[0]
        for message in caplog.messages
        if message.startswith("the dashboard cannot read")
    ]
    in_the_way.rmdir()
    assert 401 == site.get("/statistics/api/v1/totals", headers=secret).status_code
