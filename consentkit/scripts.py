"""Our own scripts as they are sent: without what only their readers need."""


def inlined(script: str) -> str:
    """A script without comments and indentation; it has no text over several lines."""
    return "".join(line + "\n" for raw in script.splitlines() if (line := raw.strip()) and not line.startswith("//"))
