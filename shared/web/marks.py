"""Facts that decorators note on a view and the edge acts on, so that the order of decorators never matters."""

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])

# flask-smorest copies this attribute into its documentation, which is how the marks reach the OpenAPI document.
_PLACE = "_apidoc"


def marked(**facts: Any) -> Callable[[View], View]:
    """Make a decorator that notes facts on a view and leaves the view itself as it is."""

    def mark(view: View) -> View:
        documented = copy(view.__dict__.get(_PLACE, {}))
        documented["marks"] = {**documented.get("marks", {}), **facts}
        view.__dict__[_PLACE] = documented
        return view

    return mark


def marks_of(view: Callable[..., Any], method: str) -> Mapping[str, Any]:
    """Give the facts noted on a view function, or on the method of a class-based view that answers `method`."""
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        view = getattr(view_class, method.lower(), getattr(view_class, "get", view))
    facts: Mapping[str, Any] = getattr(view, _PLACE, {}).get("marks", {})
    return facts


def marks_at_hand() -> Mapping[str, Any]:
    """Give the facts noted on the view that answers the request at hand."""
    view = current_app.view_functions.get(request.endpoint or "")
    return marks_of(view, request.method) if view else {}
