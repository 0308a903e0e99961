"""Every way to be wrong that the checks have to find, each with the rules that must find it, the intended one first."""

from tests.support.wrong_site import AskedOrNot, DropOrChange, Sin

ACCEPT = '#consentkit [value="accept_all"]'
REFUSE = '#consentkit [value="refuse_all"]'
TO_ACCEPT = (
    'fetch("/consent/", {method: "POST", headers: {"Content-Type": "application/json", Accept: "application/json"}, '
    'body: JSON.stringify({choice: "accept_all"})})'
)
DARK = "(prefers-color-scheme: dark)"
TRACKER = "tracker=1; Path=/; Max-Age=86400"
AWAY = '<img src="https://elsewhere.invalid/pixel.gif" alt="">'


def _signal(wrong: bytes) -> AskedOrNot:
    """Read one more value of the privacy signal as if it were on."""

    def ask(name: bytes, value: bytes) -> bytes | None:
        return b"1" if name.lower() == b"sec-gpc" and value == wrong else value

    return ask


def _without(part: str) -> DropOrChange:
    """Take an attribute out of the consent cookie."""

    def answer(name: str, value: str) -> str | None:
        return value.replace(part, "") if name == "set-cookie" and value.startswith("consentkit=") else value

    return answer


def _instead(old: str, new: str) -> DropOrChange:
    """Put one text in place of another into Set-Cookie lines."""

    def answer(name: str, value: str) -> str | None:
        return value.replace(old, new) if name == "set-cookie" else value

    return answer


def _typed(kind: str) -> DropOrChange:
    """Send another content type."""

    def answer(name: str, value: str) -> str | None:
        return kind if name == "content-type" else value

    return answer


def _agreed_in_vain(name: bytes, value: bytes) -> bytes | None:
    """Forget the choice of whoever sends the signal; the probe of the rule is the only one that sends both."""
    return None if name.lower() == b"cookie" and b"consentkit=" in value else value


MANY_DAYS = f"Max-Age={500 * 86_400}"
DAYS = f"Max-Age={180 * 86_400}"

STORING = (
    Sin("a cookie before the choice", ("C1",), cookie=TRACKER),
    Sin("local storage before the choice", ("C1",), script='localStorage.setItem("seen", "1")'),
    Sin("session storage after nine seconds", ("C1",),
        script='setTimeout(() => sessionStorage.setItem("seen", "1"), 9e3)'),
    Sin("a database before the choice", ("C1",), script='indexedDB.open("people")'),
    Sin("a pixel of another origin", ("C2",), swaps=(("</main>", f"{AWAY}</main>"),)),
    Sin("a connection in advance", ("C2",), head='<link rel="preconnect" href="https://elsewhere.invalid">'),
    Sin("a name looked up in advance", ("C2",), head="<link href=//elsewhere.invalid rel='x dns-prefetch'>"),
    Sin("a cookie after the refusal", ("C3",), cookie=TRACKER, when=("refused",)),
    Sin("a beacon after the refusal", ("C3",), swaps=(("</main>", f"{AWAY}</main>"),), when=("refused",)),
    Sin("a gate that only watches", ("C3",), sections={"consent": {"mode": "observe"}}),
    Sin("consent on scrolling", ("C9",), script=f'addEventListener("scroll", () => {TO_ACCEPT}, {{once: true}})'),
    Sin("consent by Escape", ("C9",), script=f'addEventListener("keydown", e => e.key === "Escape" && {TO_ACCEPT})'),
    Sin("consent by a click beside", ("C9",), script=f'document.body.addEventListener("click", () => {TO_ACCEPT})'),
    Sin("consent by closing the preferences", ("C9",), script=f"""new MutationObserver(changes =>
        changes.some(change => [...change.removedNodes].some(node => node.id === "consentkit-dialog")) && {TO_ACCEPT}
        ).observe(document.body, {{ childList: true }})"""),
    Sin("consent by waiting", ("C9",), script=f"setTimeout(() => {TO_ACCEPT}, 3e5)"),
    Sin("consent by reading on", ("C9",), script=f'location.pathname === "/about" && {TO_ACCEPT}'),
    Sin("a cookie after the withdrawal", ("C14",), cookie=TRACKER, when=("withdrawn",)),
    Sin("a pixel after the withdrawal", ("C14",), swaps=(("</main>", f"{AWAY}</main>"),), when=("withdrawn",)),
    Sin("nagging after the refusal", ("C21",), when=("refused",),
        swaps=(("</main>", '</main><section id="consentkit" lang="en">Are you sure?</section>'),)),
    Sin("a refusal forgotten sooner", ("C21",), when=("refused",), at="/consent",
        answer=_instead(DAYS, "Max-Age=864000")),
    Sin("an embed that does not wait", ("C30",),
        script='if (document.querySelector(".consentkit-embed")) new Image().src = "https://elsewhere.invalid/x.gif"'),
    Sin("loading once that stores", ("C30",), at="/consent/once", cookie=TRACKER),
    Sin("a consent cookie that scripts read", ("C31",), answer=_without("; HttpOnly")),
    Sin("a consent cookie for other sites", ("C31",), answer=_instead("; SameSite=Lax", "; SameSite=None; Secure")),
)  # fmt: skip
"""What is stored, and who is contacted."""

SHOWING = (
    Sin("no button to refuse", ("C4",), script=f"document.querySelector('{REFUSE}').remove()"),
    Sin("refusing below the fold", ("C4",), style=f"{REFUSE}, {ACCEPT} {{ position: relative; top: 900px }}"),
    Sin("refusing under something else", ("C4", "C11", "C28"),
        style="body::after { content: ''; position: fixed; inset: auto 0 0; height: 400px; z-index: 2147483647 }"),
    Sin("refusing by a link", ("C5", "C7"), script=f"""const refuse = document.querySelector('{REFUSE}');
        const link = Object.assign(document.createElement("a"), {{ href: "#", textContent: refuse.innerText }});
        refuse.replaceWith(link);"""),
    Sin("refusing within a sentence", ("C5", "C7"), script=f"""const text = document.createElement("p");
        document.querySelector('{REFUSE}').replaceWith(text);
        text.innerHTML = 'You may also <button name="choice" value="refuse_all">Refuse all</button>';"""),
    Sin("refusing in a group of its own", ("C5",), script=f"""const group = document.createElement("div");
        group.style.display = "contents"; const refuse = document.querySelector('{REFUSE}');
        refuse.replaceWith(group); group.append(refuse);"""),
    Sin("accepting bigger", ("C7",), style=f"{ACCEPT} {{ font-size: 22px !important }}"),
    Sin("refusing as an outline", ("C7",),
        style=f"{REFUSE} {{ background: none !important; color: #1d4ed8 !important; border-color: blue !important }}"),
    Sin("accepting that pulses", ("C7",),
        style=f"@keyframes pulse {{ to {{ scale: 1.02 }} }} {ACCEPT} {{ animation: pulse 1s infinite }}"),
    Sin("accepting that is focused", ("C7",), script=f"document.querySelector('{ACCEPT}').focus()"),
    Sin("words that cannot be read", ("C7",), style="#consentkit p { color: #bbb !important }"),
    Sin("no name of who asks", ("C11",), swaps=(("Example Telecom B.V. would", " would"),)),
    Sin("a purpose not named", ("C11",), swaps=(("<strong>Marketing</strong>", "<strong>Other</strong>"),)),
    Sin("no word on withdrawing", ("C11",), swaps=(("Cookie settings&#8221; on every page", "somewhere&#8221;"),)),
    Sin("a policy that cannot be read", ("C11",), missing=("/privacy",)),
    Sin("legal links under the banner", ("C28",),
        style=":root { padding: 0 !important } footer { position: fixed; inset: auto 0 0; padding: 20px 40px }"),
    Sin("a wall before the page", ("C16", "C28"), style="main::before, footer::before { content: ''; position: fixed; "
        "inset: 0; z-index: 9 } html { overflow: hidden }"),
)  # fmt: skip
"""How the first layer looks, and what it says."""

SAYING = (
    Sin("a box ticked on the banner", ("C8",), script="""document.querySelector("#consentkit form").insertAdjacentHTML(
        "beforeend", '<input type="checkbox" name="grant" value="ads" checked aria-label="Ads">')"""),
    Sin("a box ticked in the preferences", ("C8",), swaps=(('value="ads">', 'value="ads" checked>'),)),
    Sin("a banner in another language", ("C12",), language="nl"),
    Sin("words that steer", ("C12",), swaps=(("May we use cookies?", "Cookies for the best experience?"),)),
    Sin("legitimate interest", ("C17",), swaps=(("The site works", "We have a legitimate interest. The site works"),)),
    Sin("content for those who agree", ("C16",), when=("refused",), swaps=(("Everything about", "Please agree. "),
        ("so that there is something to scroll through", ""))),
    Sin("saving more than was ticked", ("C10",), at="/consent", swaps=(
        ('type="hidden" name="lang"', 'type="hidden" name="grant" value="ads"><input hidden name="lang"'),)),
    Sin("preferences without a service", ("C10",), at="/consent",
        swaps=(('name="grant" value="ads"', 'name="other" value="ads"'),)),
)  # fmt: skip
"""What the layers say, and what the second one stores."""

ANSWERING = (
    Sin("a second step to refuse", ("C6", "C21", "C3"), script=f"""const refuse = document.querySelector('{REFUSE}');
        refuse?.addEventListener("click", event => {{ event.preventDefault(); event.stopImmediatePropagation();
          refuse.textContent = "Are you sure?"; }}, {{ capture: true, once: true }})"""),
    Sin("no way back", ("C13",), style=".consentkit-link, a[href^='/consent/'] { display: none }", when=("accepted",)),
    Sin("no button to withdraw", ("C13", "C14"), swaps=(('action="/consent/withdraw"', 'action="/consent/" hidden'),)),
    Sin("boxes that never show the state", ("C15",), at="/consent", swaps=((" checked>", ">"),)),
    Sin("consent mode that begins granted", ("C26",), head="""<script>window.dataLayer = [];
        function gtag() { dataLayer.push(arguments) }
        gtag("consent", "default", { ad_storage: "granted", ad_user_data: "denied", ad_personalization: "denied",
          analytics_storage: "denied" });</script>"""),
    Sin("UET that begins granted", ("C26",),
        head="<script>window.uetq = ['consent', 'default', { ad_storage: 'granted' }]</script>"),
    Sin("a tag before consent mode", ("C26",),
        head='<script src="https://www.googletagmanager.com/gtag/js?id=G-1" type="text/plain"></script>'),
)  # fmt: skip
"""What follows a choice."""

DECLARING = (
    Sin("necessary without a reason", ("C18",), at="/consent/declaration.json",
        swaps=(('"justification":{"en":"It is needed."}', '"justification":{}'),)),
    Sin("necessary without an exemption", ("C18",), at="/consent/declaration.json",
        swaps=(('"exemption":"requested_service"', '"exemption":"legitimate_interest"'),)),
    Sin("a tracker as necessary", ("C18",), at="/consent/declaration.json",
        swaps=(('"name":"session"', '"name":"_ga"'),)),
    Sin("exempt statistics for years", ("C24",), at="/consent/declaration.json", swaps=(
        ('"exemption":"requested_service"', '"exemption":"fr_audience_measurement"'), ('"days":14', '"days":800'))),
    Sin("a declaration that nobody may read", ("C24",), missing=("/consent/declaration",)),
    Sin("a signal read from other values", ("C25",), ask=_signal(b"true")),
    Sin("a choice that loses to the signal", ("C25",), ask=_agreed_in_vain),
    Sin("a signal's page of the wrong type", ("C25",), at="/.well-known", answer=_typed("text/plain")),
    Sin("a signal's page without a day", ("C25",), at="/.well-known", swaps=(("lastUpdate", "since"),)),
)  # fmt: skip
"""What is declared and signalled: no browser is needed."""

LIVING = (
    Sin("a cookie that nobody declared", ("C19", "C14"), cookie=TRACKER, when=("accepted",)),
    Sin("a cookie that outlives its declaration", ("C19",),
        answer=_instead("_meter=1; Max-Age=1209600", "_meter=1; Max-Age=9999999")),
    Sin("a consent cookie for ever", ("C31",), answer=_instead(DAYS, MANY_DAYS)),
)  # fmt: skip
"""How long things live."""

USING = (
    Sin("a button that Tab does not reach", ("C27",), script=f"document.querySelector('{REFUSE}').tabIndex = -1"),
    Sin("a focus that is not seen", ("C27",), style="#consentkit :focus-visible { outline: none !important }"),
    Sin("targets for a needle", ("C27",),
        style="#consentkit a { font-size: 8px; padding: 0 !important; line-height: 1 }"),
    Sin("a banner without a name", ("C27",), swaps=(('aria-label="Cookie consent"', ""), ('role="dialog"', ""))),
    Sin("a focus under the banner", ("C27",), style=":root { scroll-padding: 0 !important; padding: 0 !important }"),
    Sin("movement for all", ("C27",),
        style=f"@keyframes grow {{ to {{ scale: 1.01 }} }} {ACCEPT}, {REFUSE} {{ animation: grow 1s infinite }}"),
    Sin("two looks in forced colours", ("C27",),
        style=f"@media (forced-colors: active) {{ {REFUSE} {{ opacity: .8 }} }}"),
    Sin("a banner that does not reflow", ("C27",), style="#consentkit { min-width: 900px }"),
)  # fmt: skip
"""Keyboard, screen reader and other circumstances."""

SCREENING = (
    Sin("no refusing on a phone", ("C29",), style=f"@media (max-width: 400px) {{ {REFUSE} {{ display: none }} }}"),
    Sin("no reading in the dark", ("C29",), style=f"@media {DARK} {{ #consentkit p {{ color: #333 !important }} }}"),
    Sin("two looks in the dark", ("C29",), style=f"@media {DARK} {{ {REFUSE} {{ opacity: .9 }} }}"),
)  # fmt: skip
"""Right in one view and wrong in another."""
