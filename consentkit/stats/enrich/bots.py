"""What a user agent says of the program behind it. The one module that knows crawleruseragents."""

from functools import lru_cache

CRAWLER = "crawler"
AI_CRAWLER = "ai_crawler"
AI_FETCH = "ai_fetch"
MONITOR = "monitor"
FEED_READER = "feed_reader"
LIBRARY = "library"
PROBE = "probe"


@lru_cache(maxsize=2048)
def declared(user_agent: str) -> str | None:
    """The class that a program declares by its user agent, or None for a browser."""
    raise NotImplementedError
