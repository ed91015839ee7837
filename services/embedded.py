"""The whole suite in one process: the only module that imports every service."""

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask
from shared.web.app import create_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Request, Response

from services.assessment.app import service as assessment
from services.catalogue.app import service as catalogue
from services.enrolment.app import service as enrolment
from services.evaluation.app import service as evaluation
from services.identity.app import service as identity
from shared.messaging.consumer import Consumer
from shared.messaging.log import EventLog
from shared.messaging.relay import Relay
from shared.migrations import migrate
from shared.processes import open_database, open_log
from shared.service import Service
from shared.settings import Settings
from shared.web.auth import KeyRing

SERVICES: Sequence[Service] = (identity, catalogue, assessment, enrolment, evaluation)


class Stoppable(Protocol):
    def stop(self) -> None: ...


@dataclass
class Worker:
    """A relay or consumer in a thread of its own."""

    name: str
    work: Relay | Consumer

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self.work.run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.work.stop()
        self._thread.join(10)


def prepare(settings: Settings) -> None:
    """Make the folder of state and bring every database to the newest schema."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        database = open_database(service, settings, "owner")
        migrate(service, database)
        database.close()


def suite_app(settings: Settings) -> "SuiteApp":
    """Make one WSGI application with every service at `/api/<service>`."""
    return SuiteApp(settings)


class SuiteApp:
    """Every service under one address; relays and consumers run once `start` is called, after the fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.apps: dict[str, Flask] = {}
        for service in SERVICES:
            database = open_database(service, settings, "web")
            self.apps[service.name] = create_app(service, settings, database, KeyRing(settings, database))
        self._wsgi = DispatcherMiddleware(_front, {f"/api/{name}": app for name, app in self.apps.items()})

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._wsgi(environ, start_response)

    def start(self) -> list[Stoppable]:
        """Start what runs beside the requests: token keys, relays with timers, consumers."""
        log = open_log(self._settings)
        rings: list[Stoppable] = [app.extensions["wiyata"].keys.start() for app in self.apps.values()]
        return [*rings, *self._workers(log)]

    def _workers(self, log: EventLog) -> list[Worker]:
        workers = []
        for service in SERVICES:
            database = open_database(service, self._settings, "worker")
            workers.append(Worker(f"relay {service.name}", Relay(service, database, log)))
            if service.hears:
                consumer = Consumer(service, database, log, tries=self._settings.tries)
                workers.append(Worker(f"consumer {service.name}", consumer))
        return workers


@Request.application
def _front(request: Request) -> Response:
    """Answer at the root until the portal does: where everything is."""
    if request.path != "/":
        return Response("Nothing here. See /\n", status=404)
    lines = [f"/api/{service.name}/reference" for service in SERVICES]
    return Response("Wiyata\n" + "\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def stop_all(running: Iterable[Stoppable]) -> None:
    """Stop in the reverse order of starting."""
    for one in reversed(list(running)):
        with suppress(RuntimeError):
            one.stop()
