"""The template of the route that answered, as the app's router left it in the scope: nothing is matched twice.

Starlette and FastAPI set `scope["route"]`, Litestar `scope["path_template"]`, when they have matched; a middleware in
between that copies the scope hides it, and then paths are known by their own text.
"""

from collections.abc import Mapping
from typing import Any

MAX_TEMPLATE = 250
"""Characters; longer ones are no router's."""


def route_of(scope: Mapping[str, Any]) -> str:
    """The template with its `{parameters}`, mounts included, or "" where no router tells.

    Starlette and FastAPI keep the kind of a parameter in it, as `{rest:path}`.
    """
    template = scope.get("path_template")
    if template is None:
        route = scope.get("route")
        template = getattr(route, "path", None)
        if not isinstance(template, str):
            return ""
        # Where the server itself reaches the app under a path, that is no part of the app's own paths.
        root = str(scope.get("root_path", "")).removeprefix(str(scope.get("app_root_path", "")))
        # A mount's own path repeats the path that it has already added to the root.
        template = (
            f"{root}/{{path:path}}" if hasattr(route, "app") and not hasattr(route, "endpoint") else root + template
        )
    return template if isinstance(template, str) and len(template) <= MAX_TEMPLATE else ""
