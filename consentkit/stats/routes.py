"""The template of the route that answered, as the app's router left it in the scope: nothing is matched twice.

Starlette and FastAPI set `scope["route"]`, Litestar `scope["path_template"]`, when they have matched; a middleware in
between that copies the scope hides it, and then paths are known by their own text.
"""

from typing import Any, Final

from consentkit.asgi import Scope

MAX_TEMPLATE: Final = 250
"""Characters; longer ones are no router's."""
MOST_ROUTES: Final = 500

_known: Final[dict[int, tuple[object, str, str]]] = {}
"""Templates by the identity of a router's route, which is kept beside, where it was mounted."""


def route_of(scope: Scope) -> str:
    """The template with its `{parameters}`, mounts included, or "" where no router tells.

    Starlette and FastAPI keep the kind of a parameter in it, as `{rest:path}`.
    """
    template = scope.get("path_template")
    if template is None:
        route = _answering(scope)
        if route is None:
            return ""
        root = scope.get("root_path", "")
        if root and not scope["path"].startswith(root):
            # The server in front has taken its own path away, so that it is in no path that is seen here.
            root = root.removeprefix(scope.get("app_root_path", root))
        known = _known.get(id(route))
        if known is not None and known[0] is route and known[1] == root:
            return known[2]
        template = _template(route, root)
        if len(_known) >= MOST_ROUTES:
            _known.clear()
        _known[id(route)] = route, root, template
    return template if isinstance(template, str) and len(template) <= MAX_TEMPLATE else ""


def _answering(scope: Scope) -> Any:
    """The route that answered. A router of FastAPI's that is included elsewhere has the whole path beside its route."""
    included = scope.get("fastapi")
    if isinstance(included, dict):
        found = included.get("effective_route_context")
        if found is not None:
            return found
    return scope.get("route")


def _template(route: Any, root: str) -> str:
    template = getattr(route, "path", None)
    if not isinstance(template, str):
        return ""
    # A mount's own path repeats the path that it has already added to the root.
    is_mount = hasattr(route, "app") and not hasattr(route, "endpoint")
    whole = f"{root}/{{path:path}}" if is_mount else root + template
    return whole if len(whole) <= MAX_TEMPLATE else ""
