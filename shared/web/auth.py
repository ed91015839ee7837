"""Who may call which view: `require` and `public` say so, the edge holds every view to it before anything else runs."""

from collections.abc import Callable

from flask import Flask, request

from shared.errors import Forbidden, Unauthenticated
from shared.web.caller import ROLES as ROLES
from shared.web.caller import Caller as Caller
from shared.web.caller import Grant as Grant
from shared.web.caller import Role as Role
from shared.web.edge import edge, visit
from shared.web.marks import View, marked, marks_at_hand, marks_of

public = marked(public=True)
"""Mark a view that anyone may call, or that checks the caller by other means, such as a signed-in browser session."""


def require(*roles: Role) -> Callable[[View], View]:
    """Mark a view that only signed-in callers with one of these roles may call; without roles, any of them."""
    return marked(roles=roles)


def caller() -> Caller:
    """Give who asks, proven by the bearer token. Raises `Unauthenticated` where there is none."""
    here = visit()
    if here.caller is None:
        here.caller = edge().keys.verify(_bearer_token())
    return here.caller


def admit() -> None:
    """Let the request at hand through, or raise `Unauthenticated` or `Forbidden`, as its view is marked."""
    roles: tuple[Role, ...] | None = marks_at_hand().get("roles")
    if roles is None:
        return
    if not caller().holds(*roles) and roles:
        raise Forbidden(f"This needs the role {' or '.join(roles)}.", roles=list(roles))


def unguarded(app: Flask) -> list[str]:
    """Name the endpoints of an app, with their method, that are neither `require`d nor `public`."""
    return [
        f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if not rule.endpoint.endswith("static")
        and not {"roles", "public"} & marks_of(app.view_functions[rule.endpoint], method).keys()
    ]


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Sign in first: this needs an access token.")
    return token.strip()
