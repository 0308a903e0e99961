"""Fills in the dashboard's forms as a browser does."""

import re
from urllib.parse import urlencode

from starlette.testclient import TestClient

from tests.dashboard.sinks import Desk

SAME = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
Answer = tuple[int, str]
"""A status, and the address or the text."""


def token_of(page: str) -> str:
    """The form token in a page."""
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found is not None, page[:2000]
    return found[1]


def submit(front: Desk, page: str, path: str, fields: dict[str, str | list[str]]) -> Answer:
    """Open a page and send one of its forms."""
    token = token_of(front.get(page))
    return post(front.client, front.root + path, {"form": token, **fields})


def post(client: TestClient, path: str, fields: dict[str, str | list[str]], headers: dict[str, str] = SAME) -> Answer:
    """Send a form."""
    response = client.post(path, content=urlencode(fields, doseq=True), headers=headers, follow_redirects=False)
    return response.status_code, response.headers.get("location", response.text)
