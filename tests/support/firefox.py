"""Drives Debian's Firefox over WebDriver BiDi (W3C), because Playwright cannot: a small client for the tests."""

import json
import os
import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.support.ports import wait_until

PATIENCE = 60
"""Seconds that Firefox gets to start and to answer, on a busy machine too."""

PREFERENCES = {
    # What a page finds is up to the test; what Firefox does by itself stays off.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.blockedURIs.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "browser.newtabpage.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "toolkit.telemetry.server": "",
    "extensions.update.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.prefetch-next": False,
    "network.dns.disablePrefetch": True,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "signon.autofillForms": False,
    "remote.active-protocols": 1,
}


class FirefoxError(Exception):
    """Raised when a command or a script fails; carries what Firefox says."""


class Firefox:
    """One running Firefox and its tab. `requested` are the addresses of all requests since it was last cleared."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.requested: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        self.command("session.new", {"capabilities": {}})
        self.command("session.subscribe", {"events": ["network.beforeRequestSent"]})
        self.user = ""
        self.begin_anew()

    def command(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Send a command and wait for its result; FirefoxError with its own words if it fails."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = self._answers.get(timeout=PATIENCE)
            if answer.get("id") == self._number:
                break
        if "result" not in answer:
            raise FirefoxError(f"{method}: {answer.get('error')}: {answer.get('message')}")
        self._take_events()
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, url: str) -> None:
        """Open a page and wait until it has loaded."""
        self.command("browsingContext.navigate", {"context": self.context, "url": url, "wait": "complete"})

    def size(self, width: int, height: int) -> None:
        """Set the window's inner size in CSS pixels."""
        viewport = {"width": width, "height": height}
        self.command("browsingContext.setViewport", {"context": self.context, "viewport": viewport})

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript, by way of JSON; a promise is awaited."""
        wrapped = f"Promise.resolve({expression}).then(value => JSON.stringify(value ?? null))"
        answer = self.command(
            "script.evaluate", {"expression": wrapped, "target": {"context": self.context}, "awaitPromise": True}
        )
        if answer["type"] != "success":
            raise FirefoxError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true in the page that is open then; the test fails if it never is."""

        def holds() -> bool:
            # While one page gives way to the next there is nothing to ask.
            with suppress(FirefoxError):
                return bool(self.evaluate(f"Boolean({expression})"))
            return False

        wait_until(holds, PATIENCE)

    def click(self, x: float, y: float) -> None:
        """Press and let go of the mouse at a point of the window."""
        pointer = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._perform({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": pointer})

    def click_on(self, selector: str) -> None:
        """Bring an element into view and click on its middle."""
        box = self.evaluate(
            f"(() => {{ const each = document.querySelector({json.dumps(selector)}); "
            'each.scrollIntoView({ block: "center", behavior: "instant" }); '
            "const { x, y, width, height } = each.getBoundingClientRect(); return [x + width / 2, y + height / 2] })()"
        )
        self.click(*box)

    def press(self, key: str) -> None:
        """Press and let go of a key, given as its character (WebDriver §17.4.2: Tab \ue004, Escape \ue00c)."""
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._perform({"type": "key", "id": "keyboard", "actions": actions})

    def scroll(self, distance: int) -> None:
        """Turn the wheel by so many pixels."""
        actions = [{"type": "scroll", "x": 10, "y": 10, "deltaX": 0, "deltaY": distance}]
        self._perform({"type": "wheel", "id": "wheel", "actions": actions})

    def cookies(self) -> dict[str, dict[str, Any]]:
        """Every cookie of the visitor by name."""
        partition = {"type": "storageKey", "userContext": self.user}
        answer = self.command("storage.getCookies", {"partition": partition})
        return {cookie["name"]: cookie for cookie in answer["cookies"]}

    def begin_anew(self) -> None:
        """Become a new visitor: a tab in a user context of its own, with empty storage."""
        left, self.user = self.user, self.command("browser.createUserContext", {})["userContext"]
        tab = self.command("browsingContext.create", {"type": "tab", "userContext": self.user})
        self.context = tab["context"]
        if left:
            self.command("browser.removeUserContext", {"userContext": left})
        self.requested.clear()

    def elsewhere(self, home: str) -> list[str]:
        """The requests that went to another origin than `home`."""
        self._take_events()
        return [url for url in self.requested if url.startswith("http") and not url.startswith(f"{home}/")]

    def _perform(self, source: dict[str, Any]) -> None:
        self.command("input.performActions", {"context": self.context, "actions": [source]})

    def _take_events(self) -> None:
        while not self._events.empty():
            event = self._events.get()
            if event["method"] == "network.beforeRequestSent":
                self.requested.append(event["params"]["request"]["url"])

    def _listen(self) -> None:
        for text in self._connection:
            message = json.loads(text)
            (self._events if message["type"] == "event" else self._answers).put(message)


@contextmanager
def firefox(profile: Path, **preferences: object) -> Iterator[Firefox]:
    """A headless Firefox with a fresh profile in a folder; skips (in CI fails) the test where there is none."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        reason = "no firefox on this machine; `make test` as root on Debian or Ubuntu installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in {**PREFERENCES, **preferences}.items()
    ]
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    command = [program, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(profile)]
    environment = {**os.environ, "MOZ_CRASHREPORTER_DISABLE": "1", "HOME": str(profile)}
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        try:
            with connect(f"{_address(process)}/session", max_size=None, open_timeout=PATIENCE) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _address(process: "subprocess.Popen[str]") -> str:
    """Where Firefox listens, as it says itself."""
    assert process.stderr
    said = []
    for line in process.stderr:
        said.append(line)
        if match := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
            # Nobody reads on: a full pipe would stop Firefox.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return match[1]
    pytest.fail("firefox ended before it listened:\n" + "".join(said))
