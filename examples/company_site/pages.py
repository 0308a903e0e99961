"""The pages that are only read."""

import csv
import io
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from . import catalogue
from .rendering import Renderer, language_of
from .texts import LANGUAGES

Handler = Callable[[Request], Awaitable[Response]]

SIMPLE_PAGES = {
    "/": "home.html",
    "/products": "products.html",
    "/about": "about.html",
    "/contact/thanks": "thanks.html",
    "/privacy": "privacy.html",
}


class Pages:
    """Handlers for the pages in every language, for feed and sitemap, and for addresses without a language."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def routes(self) -> list[Route]:
        """All routes of this part of the site."""
        simple = [Route(f"/{{lang}}{path}", self._simple(template)) for path, template in SIMPLE_PAGES.items()]
        return [
            Route("/", self.choose_language),
            Route("/privacy", self.choose_language),
            Route("/robots.txt", self.robots),
            Route("/sitemap.xml", self.sitemap),
            *simple,
            Route("/{lang}", self.add_slash),
            Route("/{lang}/check", self.check),
            Route("/{lang}/products/prices.csv", self.prices),
            Route("/{lang}/products/{slug}", self.product),
            Route("/{lang}/news", self.news),
            Route("/{lang}/news/feed.xml", self.feed),
            Route("/{lang}/news/{slug}", self.article),
        ]

    def _simple(self, template: str) -> Handler:
        async def show(request: Request) -> Response:
            require_language(request)
            return self._renderer.page(request, template)

        return show

    async def choose_language(self, request: Request) -> Response:
        """Send an address without a language to the one that the browser prefers."""
        headers = {"Vary": "Accept-Language", "Cache-Control": "no-cache"}
        return RedirectResponse(f"/{language_of(request)}{request.url.path}", 302, headers)

    async def add_slash(self, request: Request) -> Response:
        """`/en` is the home page too."""
        return RedirectResponse(f"/{require_language(request)}/", 308)

    async def check(self, request: Request) -> Response:
        """Say whether fibre is ready at an address."""
        require_language(request)
        postcode = request.query_params.get("postcode", "")[:20].replace(" ", "").upper()
        number = request.query_params.get("number", "")[:6].strip()
        valid = re.fullmatch(r"[1-9][0-9]{3}[A-Z]{2}", postcode)
        state = catalogue.area_state(postcode) if valid else "invalid"
        place = f"{postcode[:4]} {postcode[4:]} {number}".strip() if valid else ""
        return self._renderer.page(request, "check.html", private=True, state=state, place=place)

    async def product(self, request: Request) -> Response:
        """One product."""
        require_language(request)
        product = catalogue.product(request.path_params["slug"])
        if product is None:
            raise HTTPException(404)
        return self._renderer.page(request, "product.html", product=product)

    async def prices(self, request: Request) -> Response:
        """All prices as a table to download."""
        texts = self._renderer.texts[require_language(request)]
        words, table = texts.tables["products"], io.StringIO()
        write = csv.writer(table).writerow
        write([words["product"], words["plan"], words["price"]])
        for item in catalogue.PRODUCTS:
            named = texts.tables["product"][item.slug]
            for plan, cents in zip(named["plans"], item.prices, strict=True):
                write([named["name"], plan["name"], f"{cents / 100:.2f}"])
        headers = {"Content-Disposition": 'attachment; filename="prices.csv"', "Cache-Control": "no-cache"}
        return Response(table.getvalue(), media_type="text/csv", headers=headers)

    async def news(self, request: Request) -> Response:
        """The news, or those articles in which all words of `q` stand."""
        language = require_language(request)
        asked = request.query_params.get("q", "")[:60].strip()
        texts = self._renderer.texts[language].tables["article"]
        found = [article for article in catalogue.ARTICLES if _holds(texts[article.slug], asked)]
        return self._renderer.page(request, "news.html", asked=asked, found=found)

    async def article(self, request: Request) -> Response:
        """One news article."""
        require_language(request)
        article = catalogue.article(request.path_params["slug"])
        if article is None:
            raise HTTPException(404)
        return self._renderer.page(request, "article.html", article=article)

    async def feed(self, request: Request) -> Response:
        """The news as an Atom feed (RFC 4287)."""
        texts = self._renderer.texts[require_language(request)]
        base = str(request.base_url).rstrip("/")
        home = f"{base}/{texts.language}/news"
        entries = "".join(
            f"<entry><id>{escape(home)}/{item.slug}</id><link href={quoteattr(f'{home}/{item.slug}')}/>"
            f"<title>{escape(texts.tables['article'][item.slug]['title'])}</title>"
            f"<updated>{item.day.isoformat()}T08:00:00Z</updated>"
            f"<summary>{escape(texts.tables['article'][item.slug]['summary'])}</summary></entry>"
            for item in catalogue.ARTICLES
        )
        newest = max(item.day for item in catalogue.ARTICLES).isoformat()
        xml = (
            '<?xml version="1.0" encoding="utf-8"?>'
            f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{texts.language}">'
            f"<title>Noordlicht: {escape(texts.tables['news']['title'])}</title><id>{escape(home)}</id>"
            f"<author><name>Noordlicht</name></author><updated>{newest}T08:00:00Z</updated>{entries}</feed>"
        )
        return Response(xml, media_type="application/atom+xml")

    async def sitemap(self, request: Request) -> Response:
        """Every public page in every language (sitemaps.org 0.9)."""
        base = str(request.base_url).rstrip("/")
        urls = "".join(f"<url><loc>{escape(base + path)}</loc></url>" for path in public_paths())
        xml = f'<?xml version="1.0" encoding="utf-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        return Response(xml, media_type="application/xml")

    async def robots(self, request: Request) -> Response:
        """Crawlers are welcome everywhere but in the customers' part."""
        lines = ["User-agent: *", *(f"Disallow: /{code}/account" for code in LANGUAGES)]
        return PlainTextResponse("\n".join([*lines, f"Sitemap: {request.base_url}sitemap.xml", ""]))


def _holds(article: Mapping[str, Any], asked: str) -> bool:
    text = " ".join((article["title"], article["summary"], *article["body"])).casefold()
    return all(word in text for word in asked.casefold().split())


def require_language(request: Request) -> str:
    """The language in the address; 404 for one that the site does not speak."""
    language: str = request.path_params["lang"]
    if language not in LANGUAGES:
        raise HTTPException(404)
    return language


def public_paths() -> list[str]:
    """The path of every page that anybody may read, in every language."""
    rest = [
        *(path for path in SIMPLE_PAGES if path != "/contact/thanks"),
        "/news",
        "/contact",
        *(f"/products/{item.slug}" for item in catalogue.PRODUCTS),
        *(f"/news/{item.slug}" for item in catalogue.ARTICLES),
    ]
    return [f"/{code}{path}" for code in LANGUAGES for path in rest]
