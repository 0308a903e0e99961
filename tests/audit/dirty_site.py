"""A site without consentkit that does everything wrong, and the other party that it hands its visitors to."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

MONTH = 30 * 86_400

EARLY = """// line 1
document.cookie = "early_id=secret-value-1; Max-Age=2592000; Path=/";
localStorage.setItem("profile", "secret-value-2");
sessionStorage.setItem("step", "secret-value-3");
localStorage.setItem("probe", "1"); localStorage.removeItem("probe");
indexedDB.open("offline");
caches.open("shell");
navigator.serviceWorker.register("/worker.js");
navigator.sendBeacon("PARTNER/beacon?who=secret-value-4", "x");
try { new WebSocket("WS_PARTNER/socket"); } catch {}
new Worker("/task.js");
"""

BANNER = """const root = document.getElementById("ask").attachShadow({ mode: "open" });
root.innerHTML = `<p>We use cookies. <button value="no">Reject all</button> <button value="yes">I agree</button></p>`;
const show = () => { document.getElementById("ask").hidden = false; };
if (!document.cookie.includes("answer=")) show();
document.getElementById("again").onclick = show;
for (const button of root.querySelectorAll("button")) button.onclick = () => {
  document.cookie = `answer=${button.value}; Max-Age=86400; Path=/`;
  document.getElementById("ask").hidden = true;
};
"""

STYLE = """body { margin: 40px; font: 18px/1.6 system-ui; } h1 { font-size: 44px; } iframe { border: 0; height: 60px; }
button { padding: 8px 16px; font: inherit; } a { margin-right: 20px; }
#ask:not([hidden]) { position: fixed; inset: auto 0 0; padding: 30px 40px; background: #222; color: #fff; }"""

PAGE = """<!doctype html><html lang="en"><head><title>Dirty</title><style>STYLE</style>
<link rel="preconnect" href="PARTNER">
</head><body><h1>The shop that asks too late</h1><a href="/second">Second page</a> <a href="/file.pdf">File</a>
<img src="PARTNER/pixel.gif?id=secret-value-5" alt="">
<script src="/early.js"></script>
<iframe src="PARTNER/frame" title="frame"></iframe>
<script src="http://blocked.invalid/tag.js?x=secret-value-6"></script>
<button id="again">Cookie settings</button>
<div id="ask" role="dialog" hidden></div>
<script src="/banner.js"></script></body></html>"""

FRAME = """<script>localStorage.setItem("framed", "secret-value-7");
document.cookie = "refused=secret-value-11; Domain=elsewhere.example";</script>"""


def dirty_site(partner: str) -> Starlette:
    """The site; `partner` is the origin of the other party."""
    sockets = partner.replace("http", "ws", 1)

    def filled(text: str) -> str:
        return (
            text.replace("WS_PARTNER", sockets).replace("PARTNER", partner).replace("STYLE", STYLE.replace("\n", " "))
        )

    async def page(_: Request) -> Response:
        policy = f"script-src 'self' 'unsafe-inline' {partner}"
        looked_up = partner.replace("localhost", "names.invalid")
        response = HTMLResponse(filled(PAGE), headers={"Content-Security-Policy": policy})
        response.headers["Link"] = f"<{looked_up}>; rel=dns-prefetch"
        response.headers["NEL"] = '{"report_to": "default", "max_age": 3600}'
        response.set_cookie("served", "secret-value-8", httponly=True)
        response.set_cookie("basket", "secret-value-9", max_age=MONTH)
        return response

    async def early(_: Request) -> Response:
        return Response(filled(EARLY), media_type="text/javascript")

    async def banner(_: Request) -> Response:
        return Response(BANNER, media_type="text/javascript")

    async def task(_: Request) -> Response:
        return Response(filled("fetch('PARTNER/task', { mode: 'no-cors' });"), media_type="text/javascript")

    async def worker(_: Request) -> Response:
        return Response("self.addEventListener('fetch', () => {});", media_type="text/javascript")

    return Starlette(
        routes=[
            Route("/", page),
            Route("/second", page),
            Route("/early.js", early),
            Route("/banner.js", banner),
            Route("/worker.js", worker),
            Route("/task.js", task),
        ]
    )


def partner_site() -> Starlette:
    """The other party: a pixel that marks the visitor, a beacon's target, a frame with storage of its own."""

    async def pixel(_: Request) -> Response:
        response = Response(b"GIF89a", media_type="image/gif")
        response.set_cookie("partner_id", "secret-value-10", max_age=MONTH, secure=True, samesite="none", httponly=True)
        return response

    async def frame(_: Request) -> Response:
        return HTMLResponse(FRAME)

    async def beacon(_: Request) -> Response:
        return Response(status_code=204)

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    return Starlette(
        routes=[
            Route("/pixel.gif", pixel),
            Route("/frame", frame),
            Route("/beacon", beacon, methods=["POST"]),
            WebSocketRoute("/socket", socket),
        ]
    )


def declaration(partner: str) -> dict[str, object]:
    """What the site declares: some of it, and a shorter life for the basket than it has."""

    def item(name: str, kind: str, duration: str, days: int) -> dict[str, object]:
        return {"name": name, "kind": kind, "duration": duration, "days": days}

    return {
        "purposes": [
            {
                "id": "necessary",
                "services": [
                    {"id": "shop", "storage": [
                        item("basket", "cookie", "7 days", 7), item("answer", "cookie", "1 day", 1),
                        item("shell", "cache", "session", 0), item("gone", "cookie", "1 day", 1),
                    ]}
                ],
            },
            {
                "id": "marketing",
                "services": [
                    {"id": "marks", "storage": [item("early_*", "cookie", "1 month", 30),
                                                item("profile", "local_storage", "1 year", 365),
                                                item("partner_id", "cookie", "1 month", 30)]},
                    {"id": "partner", "origins": [partner], "storage": []},
                ],
            },
        ]
    }  # fmt: skip
