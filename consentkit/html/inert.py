"""Leaves the elements of closed origins in a page, but so that they load nothing until a script revives them.

Used where every visitor gets the same page. An element keeps its place and its attributes; those that would make it
load are kept under other names, so it stays inert however a browser reads the markup around it.
"""

import re
from collections.abc import Sequence

from consentkit.html.page import Placeholder, TagGate
from consentkit.html.rewriter import Node
from consentkit.html.tags import READ, Addresses, Found, loaded
from consentkit.html.urls import origin

LATER = "<!--consentkit:later-->"
"""Where in the HTML of a placeholder the element waits that it stands for."""

SERVICES = "data-consentkit"
"""The attribute that names what has to be granted: groups apart by blanks, of each of them one of the services that `|`
parts."""

PREFIX = "consentkit--"
"""What stands before the name of an attribute that is kept for later. It does not begin with `data-`: sanitizers leave
such attributes to users, who could have the script put the address of a script into a frame that they may write."""

LOADING = {
    "script": READ | {"type"},
    "iframe": READ | {"srcdoc"},
    "link": {"rel", "imagesrcset"},
    "meta": {"content"},
}
"""Attributes without which an element loads nothing, where they are others than `READ`.

None of them, given to an element that users may write into a page, makes it a link or a script: `<a>` may have a `rel`.
"""

NAME = re.compile(r"[^\x00-\x20\"'<>/=\x7f\ufffd]+")


class InertGate(TagGate):
    """Makes what would contact a closed origin inert.

    What stands inside `<noscript>` is taken out instead: no script revives it where there are none. An embed waits
    inside its placeholder, of whose HTML `LATER` is a part. No policy seals the page: where the rewriter gives up, the
    scan disarms the rest.
    """

    def __init__(self, addresses: Addresses, placeholder: Placeholder) -> None:
        super().__init__(addresses, placeholder, sealed=False)

    def shut(self, node: Node, found: Found, in_form: bool) -> None:
        """Make one element inert; one of SVG is taken out, as scripts cannot name all attributes that make it load."""
        if not node.is_html:
            node.cut("")
            return
        groups = self._groups(node)
        tag = inert_tag(node.name, node.attributes, groups)
        shown = self.placeholder(node, found, in_form)
        if not shown:
            node.replace_tag(tag)
            return
        before, _, after = shown.partition(LATER)
        node.replace_tag(f'{before}<template {SERVICES}="{groups}">{tag}')
        node.put_after(f"</template>{after}")

    def shut_document(self, node: Node) -> None:
        """Make a frame inert whose own document holds something closed: it waits for all services."""
        ids = dict.fromkeys(id_ for ids in self.addresses.closed.services.values() for id_ in ids)
        node.replace_tag(inert_tag(node.name, node.attributes, " ".join(ids)))

    def _groups(self, node: Node) -> str:
        """Per closed address the services of which one has to be granted."""
        found = map(self.addresses.closed_by, loaded(node.name, node.attributes))
        closed = self.addresses.closed
        return " ".join(dict.fromkeys("|".join(closed.sharers(origin(each.address))) for each in found if each))


def inert_tag(name: str, attributes: Sequence[tuple[str, str]], groups: str) -> str:
    """The start tag, with the attributes that make it load kept under other names; values come and stay undecoded.

    Of a repeated attribute the first counts, as in browsers.
    """
    kept: dict[str, str] = {SERVICES: groups}
    later: dict[str, str] = {}
    for key, value in attributes:
        if not NAME.fullmatch(key) or key.startswith(PREFIX):
            continue
        waits = key in LOADING.get(name, READ)
        (later if waits else kept).setdefault(PREFIX + key if waits else key, value)
    if name == "script":
        kept["type"] = "text/plain"
        # Before `src`: when that is set, the script starts as what it says it is.
        later = {f"{PREFIX}type": later.pop(f"{PREFIX}type", ""), **later}
    written = "".join(f' {key}="{_quoted(value)}"' for key, value in {**kept, **later}.items())
    return f"<{name}{written}>"


def _quoted(value: str) -> str:
    # No tag begins in here, so nothing that waits is taken for one and disarmed.
    return value.replace('"', "&quot;").replace("<", "&lt;")
