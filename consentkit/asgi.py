"""What passes through an ASGI middleware, as the code behind it takes it: plain dictionaries and lists of pairs."""

from typing import Any

Scope = dict[str, Any]
"""A connection's scope: servers give dictionaries, and whatever else is a mapping is made one at the edge."""

Sending = dict[str, Any]
"""A message that an app sends."""

Headers = list[tuple[bytes, bytes]]
"""Names and values, in order."""
