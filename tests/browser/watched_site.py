"""A site of pages with the same links, another one that leads to it, and what is counted of it."""

from collections import Counter
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from consentkit import ConsentKit
from consentkit.stats.tally import Tally
from tests.support.ports import wait_until

METRICS = ("views", "visits", "moves", "downloads", "outbound", "class:prefetch")

LINKS = ("/next", "/moved", "/framed", "/file.pdf", "/kept-not", "/spec", "/pre", "/fetched", "/linked", "/kept")

AHEAD = """<script type="speculationrules">
{"prerender": [{"source": "list", "urls": ["/pre"], "eagerness": "immediate"}],
"prefetch": [{"source": "list", "urls": ["/fetched"], "eagerness": "immediate"}]}
</script>
<link rel="prefetch" href="/linked"><link rel="prefetch" href="/kept">"""

CACHED = {"/kept-not": "no-store", "/kept": "max-age=600"}


async def page(request: Request) -> Response:
    """A site of pages with the same links, whose paths say what is special about them."""
    path = request.url.path
    if path == "/moved":
        return RedirectResponse("/landed", 302)
    if path == "/form":
        return RedirectResponse("/thanks", 303)
    if path.endswith(".pdf"):
        disposition = {"Content-Disposition": "attachment"} if path == "/file.pdf" else {}
        return Response(b"%PDF-1.4", media_type="application/pdf", headers=disposition)
    if path == "/favicon.ico":
        return Response(status_code=404)
    links = "".join(f'<p><a href="{link}">{link}</a>' for link in LINKS)
    frame = '<iframe src="/inside"></iframe>' if path == "/framed" else ""
    html = (
        f"<!doctype html><html lang=en><title>{path}</title>{AHEAD if path == '/spec' else ''}<body>{links}{frame}"
        '<p><a id="tab" target="_blank" href="/tab">tab</a> <a id="save" download href="/plan.pdf">save</a>'
        f'<p><a id="out" href="{request.app.state.elsewhere}/">out</a>'
        '<form method="post" action="/form"><button>Send</button></form>'
    )
    return HTMLResponse(html, headers={"Cache-Control": CACHED.get(path, "no-cache")})


async def other_page(request: Request) -> Response:
    """Another site: it links to ours, sends there by script, or shows it in a frame."""
    home = request.app.state.elsewhere
    parts = {
        "/links": f'<a id="in" href="{home}/">in</a>',
        "/sends": f'<script>location.href = "{home}/sent"</script>',
        "/frames": f'<iframe src="{home}/inside"></iframe>',
    }
    return HTMLResponse(f"<!doctype html><html lang=en><title>x</title><body>{parts.get(request.url.path, '')}")


@dataclass
class Watched:
    """The site under an exemption, so that no banner stands in the way, and what is counted of it."""

    kit: ConsentKit
    home: str
    elsewhere: str
    tally: Tally

    def expect(self, done: str, **expected: int) -> None:
        """Wait until so much has been counted since the last time; more is found here or the next time."""
        wanted = {name.replace("class_", "class:"): count for name, count in expected.items()}
        found: Counter[str] = Counter()

        def counted() -> bool:
            for (_, metric), count in self.tally.take().totals.items():
                found[metric] += count
            return all(found[metric] >= count for metric, count in wanted.items())

        wait_until(counted)
        assert (done, wanted) == (done, {metric: found[metric] for metric in METRICS if found[metric]})
