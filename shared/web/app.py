"""The one app factory: a `Service` and what it runs with become a WSGI app that admits, settles, refuses and tells."""

from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from shared import audit
from shared.database import Database
from shared.service import Service
from shared.settings import Settings
from shared.web import (
    accesses,
    auth,
    correlation,
    etag,
    headers,
    health,
    idempotency,
    limits,
    metrics,
    problems,
    reference,
    work,
)
from shared.web.acts import acts
from shared.web.api import Api
from shared.web.edge import Edge, edge, visit
from shared.web.health import SchemaCheck
from shared.web.keys import KeyRing
from shared.web.letters import letters
from shared.web.personal import personal
from shared.web.work import reads, session, writes

__all__ = ["App", "create_app", "edge", "reads", "session", "visit", "writes"]


IN_EVERY_SERVICE = (personal, letters, acts)
"""What the API of every service has besides its own views."""


class App(Flask):
    """A Flask app whose every request passes the same stations, whatever its view's decorators and their order."""

    def __init__(self, edge: Edge) -> None:
        super().__init__("shared.web", static_folder=None, template_folder=None)
        self.json = Json(self)
        self.extensions["wiyata"] = edge
        self._mount = edge.mount
        self._gate = limits.Gate(at_once=edge.settings.web_threads, waiting=edge.settings.web_waiting)

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer below the mount, whether or not a proxy in front has cut it off, with the request's ids bound."""
        if self._mount and environ.get("SCRIPT_NAME", "") != self._mount:
            path = environ.get("PATH_INFO", "")
            if path == self._mount or path.startswith(f"{self._mount}/"):
                environ["PATH_INFO"] = path.removeprefix(self._mount)
            environ["SCRIPT_NAME"] = self._mount
        with correlation.begun(environ):
            return super().wsgi_app(environ, start_response)

    def dispatch_request(self) -> ResponseReturnValue:
        """Let in as many as can be worked on, and answer."""
        if request.routing_exception is not None or request.method == "OPTIONS":
            return super().dispatch_request()
        with self._gate.passed():
            return self._answer()

    def _answer(self) -> ResponseReturnValue:
        """Admit, answer, settle: a commit that fails becomes a problem, never a 200."""
        _refuse_nul()
        limits.check_size()
        auth.admit()
        etag.demand_version()
        view = super().dispatch_request
        try:
            with audit.acting(accesses.actor()):
                answer = idempotency.once(lambda: accesses.noted(self.make_response(view())))
                work.settle(answer)
        finally:
            work.abandon()
        return answer

    def process_response(self, response: Response) -> Response:
        """Add what every answer carries, then count and tell it."""
        response = super().process_response(response)
        if request.method in {"GET", "HEAD"} and response.status_code == 200 and "ETag" in response.headers:
            response.make_conditional(request)
        limits.drop_idle_wait(response)
        headers.secure(response)
        correlation.signed(response)
        metrics.count(response)
        correlation.tell(response)
        return response

    def log_exception(self, exc_info: Any) -> None:
        """Log what even the error handlers did not answer, without its path."""
        problems.log_surprise(exc_info[1])


class Json(DefaultJSONProvider):
    """JSON with days and moments as ISO 8601, where Flask would write them as in a mail's head."""

    sort_keys = False

    @staticmethod
    def default(value: Any) -> Any:
        """Give the JSON form of what `json` does not know."""
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, UUID | Decimal):
            return str(value)
        if isinstance(value, set | frozenset):
            return sorted(value)
        if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        raise TypeError(f"A {type(value).__name__} has no JSON form.")


def create_app(
    service: Service,
    settings: Settings,
    database: Database,
    keys: KeyRing,
    *,
    schema_is_current: SchemaCheck,
    trusted_proxies: int = 0,
) -> App:
    """Make the web app of a service. It starts no thread: the server starts `keys` after its fork.

    `trusted_proxies` is how many proxies of ours stand in front and say where a request came from; without them,
    what a client claims about itself is ignored.
    Raises `ValueError` naming every view of the API that is neither `require`d nor `public`.
    """
    app = App(Edge(service, settings, database, keys))
    if trusted_proxies:
        hops = {"x_for": trusted_proxies, "x_proto": trusted_proxies, "x_host": trusted_proxies}
        app.wsgi_app = ProxyFix(app.wsgi_app, **hops)  # type: ignore[method-assign]  # As Flask says to add middleware.
    app.config.update(MAX_CONTENT_LENGTH=settings.json_limit, TESTING=False, PROPAGATE_EXCEPTIONS=False)
    problems.register(app)
    health.register(app, schema_is_current)
    limits.limiter.init_app(app)
    if service.api:
        _publish(app, service)
    for pages in service.pages:
        app.register_blueprint(pages)
    if service.configure_web is not None:
        service.configure_web(app, settings, database)
    app.teardown_request(lambda _: work.abandon())
    return app


def _publish(app: App, service: Service) -> None:
    api = Api(app, service.name)
    blueprints = [*service.api, *IN_EVERY_SERVICE]
    own = {one.name for one in blueprints}
    for blueprint in blueprints:
        api.publish(blueprint)
    if open_by_mistake := [one for one in auth.unguarded(app) if one.split()[1].split(".")[0] in own]:
        raise ValueError(f"Say with require(…) or public who may call {', '.join(open_by_mistake)}.")
    reference.register(app, api.document())


def _refuse_nul() -> None:
    # A NUL in a path or query parses well and then fails in PostgreSQL, far from its cause.
    if "\0" in request.path or b"%00" in request.query_string:
        raise BadRequest("An address can't hold NUL characters.")
