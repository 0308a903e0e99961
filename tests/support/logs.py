"""Lines of access logs, as a site of ordinary size writes them."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

AGENTS = [
    *(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 "
        "Safari/537.36"
        for major in range(100, 145)
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0",
]
PAGES = ("/", "/products/item-{n}", "/news/article-{n}", "/assets/site.css", "/images/{n}.png", "/contact")
REFERERS = ("-", "https://www.google.com/", "https://www.example.com/a")
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
W3C_FIELDS = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
    "sc-status sc-substatus sc-win32-status sc-bytes time-taken\n"
)


class Request(NamedTuple):
    """A request of a log; all are answered with 200."""

    when: datetime
    address: str
    page: str
    size: int
    referer: str
    agent: str


def requests(chance: random.Random, count: int, days: int = 1) -> Iterator[Request]:
    """Requests of some days of September, in order."""
    for number in range(count):
        when = BEGIN + timedelta(seconds=number * 86_400 * days // count)
        page = chance.choice(PAGES).format(n=chance.randrange(300))
        address = f"192.0.2.{chance.randrange(255)}"
        yield Request(when, address, page, chance.randrange(9000), chance.choice(REFERERS), chance.choice(AGENTS))


def combined(one: Request) -> str:
    """As Apache and nginx write it."""
    return (
        f'{one.address} - - [{one.when:%d/%b/%Y:%H:%M:%S %z}] "GET {one.page} HTTP/1.1" 200 {one.size} '
        f'"{one.referer}" "{one.agent}"\n'
    )


def w3c(one: Request) -> str:
    """As IIS writes it, under W3C_FIELDS."""
    agent = one.agent.replace(" ", "+")
    when = f"{one.when:%Y-%m-%d %H:%M:%S}"
    return f"{when} 10.0.0.4 GET {one.page} - 443 - {one.address} {agent} {one.referer} 200 0 0 {one.size} 15\n"


def balanced(one: Request) -> str:
    """As an application load balancer of AWS writes it."""
    when = f"{one.when:%Y-%m-%dT%H:%M:%S}.123456Z"
    return (
        f"h2 {when} app/site/50dc6c495c0c9188 {one.address}:2817 10.0.0.66:9000 0.000 0.001 0.000 200 200 34 "
        f'{one.size} "GET https://www.example.com:443{one.page} HTTP/2.0" "{one.agent}" ECDHE-RSA-AES128-GCM-SHA256 '
        'TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/site/73e2d6bc24d8a067 "Root=1-58337364-23a8c765" '
        f'"www.example.com" "session-reused" 1 {when} "forward" "-" "-" "10.0.0.66:9000" "200" "-" "-"\n'
    )


def caddy(one: Request) -> str:
    """As Caddy writes it."""
    headers = {"User-Agent": [one.agent], "Accept-Language": ["en"], "Accept": ["text/html,*/*;q=0.8"]}
    asked = {
        "remote_ip": one.address, "remote_port": "41342", "client_ip": one.address, "proto": "HTTP/2.0",
        "method": "GET", "host": "www.example.com", "uri": one.page,
        "headers": headers if one.referer == "-" else {**headers, "Referer": [one.referer]},
        "tls": {"resumed": False, "version": 772, "cipher_suite": 4865, "proto": "h2"},
    }  # fmt: skip
    entry = {
        "level": "info", "ts": one.when.timestamp(), "logger": "http.log.access.log0", "msg": "handled request",
        "request": asked, "bytes_read": 0, "user_id": "", "duration": 0.000929675, "size": one.size, "status": 200,
        "resp_headers": {"Server": ["Caddy"], "Content-Type": ["text/html; charset=utf-8"]},
    }  # fmt: skip
    return json.dumps(entry, separators=(",", ":")) + "\n"


WRITERS: dict[str, Callable[[Request], str]] = {
    "COMBINED": combined,
    "W3C": w3c,
    "AWSALB": balanced,
    "CADDY": caddy,
}
"""How a line is written, by GoAccess's name of the format."""
