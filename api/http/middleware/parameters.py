"""Query parameters that a route does not take are refused: none is misspelt in silence."""

from fastapi import FastAPI, Request

from engine.errors import InvalidInput


async def no_unknown_parameters(request: Request) -> None:
    """Depend on this to have them refused; not in a thread of its own, as plain functions are."""
    refuse_unknown_parameters(request)


def refuse_unknown_parameters(request: Request) -> None:
    """Take no other query parameters than those in the schema.

    Raises:
        InvalidInput: the request has another; the message names those that the route takes.
    """
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    # As documented: without the kinds of its parts.
    path = getattr(route, "path_format", route.path)
    taken = _taken_by(request.app, path, request.method)
    for name in request.query_params:
        if name not in taken:
            those = f"it takes {', '.join(taken)}" if taken else "it takes none"
            raise InvalidInput(f"this route has no query parameter {name!r}; {those}")


def _taken_by(app: FastAPI, path: str, method: str) -> list[str]:
    # The schema is made once and kept by the application.
    route = app.openapi()["paths"][path][method.lower()]
    return [one["name"] for one in route.get("parameters", []) if one["in"] == "query"]
