"""axe-core judges a page."""

from typing import Any

from playwright.sync_api import Page

from tests.prepare import NPM

AXE = NPM / "node_modules/axe-core/axe.min.js"


def violations(page: Page, axe: str, *schemes: str) -> list[str]:
    """What axe finds on a page as it stands, in light and in dark if none is named, a line for each element."""
    found = []
    page.evaluate(axe)
    for scheme in schemes or ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # What fades is judged when it is there.
        page.evaluate("Promise.all(document.getAnimations().map(animation => animation.finished))")
        result: Any = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        found += [
            f"{scheme}: {violation['id']}: {node['html'][:120]}: {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]
    return found
