"""The forms of the example website: contact, sign-in and theme, without a script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from examples.company_site import account

ORIGIN = "http://www.noordlicht.example"

Clients = Callable[..., TestClient]


def token_in(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def sign_in(client: TestClient, **changed: str) -> Any:
    token = token_in(client.get("/nl/account/sign-in").text)
    fields = {"user": account.USER, "password": account.PASSWORD, "token": token, **changed}
    return client.post("/nl/account/sign-in", data=fields)


def test_a_message_is_taken_and_thanked_for(client: TestClient) -> None:
    """A complete contact form goes on to the thank-you page, which is the goal of the statistics."""
    fields = {"name": "A", "email": "a@example.com", "topic": "move", "message": "We are moving house."}
    fields["token"] = token_in(client.get("/es/contact").text)

    response = client.post("/es/contact", data=fields, headers={"origin": ORIGIN})

    assert (response.status_code, response.headers["location"]) == (303, "/es/contact/thanks")
    assert "session" not in client.cookies


def test_a_wrong_message_says_what_is_wrong(client: TestClient) -> None:
    """Errors stand at their fields, and what was written stays, escaped."""
    fields = {"name": '"><script>', "email": "nobody", "message": "short"}
    fields["token"] = token_in(client.get("/en/contact").text)

    response = client.post("/en/contact", data=fields)

    assert response.status_code == 422
    assert response.text.count('aria-invalid="true"') == 3
    assert "&#34;&gt;&lt;script&gt;" in response.text


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_form_of_another_site_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    """Another site cannot submit the form, even with a token that it fetched."""
    fields = {"name": "A", "email": "a@example.com", "topic": "move", "message": "We are moving house."}
    fields["token"] = token_in(client.get("/en/contact").text)

    assert client.post("/en/contact", data=fields, headers=headers).status_code == 422
    assert client.post("/en/contact", data={**fields, "token": "made up"}).status_code == 422


def test_a_form_that_is_too_large_is_refused(client: TestClient) -> None:
    """More than 16 kB of a form are not read."""
    assert client.post("/en/contact", data={"message": "x" * 20_000}).status_code == 413


def test_a_customer_signs_in_and_out(client: TestClient) -> None:
    """The account is for the signed-in only; the session cookie comes with the sign-in and goes with the sign-out."""
    assert client.get("/nl/account").headers["location"] == "/nl/account/sign-in"

    assert sign_in(client).headers["location"] == "/nl/account"
    assert "session" in client.cookies
    account_page = client.get("/nl/account")
    assert "1048 2231" in account_page.text
    assert "no-store" in account_page.headers["cache-control"]

    client.post("/nl/account/sign-out", data={"token": token_in(account_page.text)})
    assert client.get("/nl/account").status_code == 303


@pytest.mark.parametrize("changed", [{"password": "guess"}, {"user": "admin"}, {"token": "x"}])
def test_a_wrong_sign_in_is_refused(client: TestClient, changed: dict[str, str]) -> None:
    """Neither a wrong name, a wrong password nor a foreign form begins a session."""
    assert sign_in(client, **changed).status_code == 422
    assert "session" not in client.cookies


def test_a_request_without_session_data_gets_no_session_cookie(client: TestClient) -> None:
    """Reading any public page sets no session."""
    for path in ("/en/", "/en/contact", "/en/account/sign-in"):
        assert "session=" not in client.get(path).headers.get("set-cookie", "")


def test_the_theme_follows_its_cookie(site_client: Clients) -> None:
    """The form sets a cookie that scripts cannot read, and the next page is in that theme."""
    client = site_client("theme")

    response = client.post("/en/theme", data={"theme": "dark", "back": "/en/news/wifi7"})

    assert response.headers["location"] == "/en/news/wifi7#appearance"
    assert "HttpOnly" in response.headers["set-cookie"]
    assert '<html lang="en" data-theme="dark">' in client.get("/en/").text


def test_the_theme_form_explains_itself_without_consent(client: TestClient) -> None:
    """Without consent the footer says why there is no switch, and links to the preferences page."""
    footer = client.get("/en/").text.partition('id="appearance"')[2]

    assert "<form" not in footer
    assert 'href="/consent/?lang=en"' in footer


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "/en/../x", ""])
def test_the_theme_form_never_leads_to_another_site(site_client: Clients, back: str) -> None:
    """An address to return to that is not one of the site's own becomes the home page."""
    response = site_client("theme").post("/en/theme", data={"theme": "dark", "back": back})

    assert response.headers["location"] == "/en/#appearance"
