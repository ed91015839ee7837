"""The whole suite in one process: the only module that imports every service."""

import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Request, Response

from services.assessment.app import service as assessment
from services.catalogue.app import service as catalogue
from services.enrolment.app import service as enrolment
from services.evaluation.app import service as evaluation
from services.identity.app import service as identity
from shared import tracing
from shared.errors import WrongSetting
from shared.logging import log, trace_of
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.migrations import is_current, migrate
from shared.processes import open_database, open_log
from shared.service import Service
from shared.settings import Settings
from shared.web.app import create_app
from shared.web.keys import KeyRing
from shared.web.server import Stoppable, serve

SERVICES: Sequence[Service] = (identity, catalogue, assessment, enrolment, evaluation)

logger = log(__name__)

RESTART_AFTER = 1.0

MARK = "suite.pid"
"""Holds the process id of the suite once it serves; whoever started it looks for its own child's there."""


def serve_suite(settings: Settings) -> None:
    """Serve every service until SIGTERM. Raises `WrongSetting` when a suite already runs on this folder."""
    os.umask(0o077)  # The files hold what identity knows of people, and the keys of its tokens.
    settings.make_folder()
    with _alone(settings):
        prepare(settings)
        suites: list[SuiteApp] = []

        def factory() -> SuiteApp:
            suites.append(SuiteApp(settings))
            return suites[-1]

        def start() -> Sequence[Stoppable]:
            running = suites[-1].start()
            (settings.folder / MARK).write_text(str(os.getppid()))
            return running

        serve(factory, bind=f"{settings.host}:{settings.port}", threads=settings.server_threads, on_start=start)


def prepare(settings: Settings) -> None:
    """Bring every database to the newest schema."""
    for service in SERVICES:
        database = open_database(service, settings, "owner")
        migrate(service, database)
        database.close()


class SuiteApp:
    """Every service at `/api/<service>` of one address; relays and consumers run once `start` is called."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.apps: dict[str, Flask] = {}
        for service in SERVICES:
            self.apps[service.name] = self._app(service)
        self._wsgi = DispatcherMiddleware(_front, {f"/api/{name}": app for name, app in self.apps.items()})

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._wsgi(environ, start_response)

    def start(self) -> list[Stoppable]:
        """Start what runs beside the requests: token keys, relays with timers, consumers."""
        events = open_log(self._settings)
        running: list[Stoppable] = [app.extensions["wiyata"].keys.start() for app in self.apps.values()]
        workers: list[Worker] = []
        for service in SERVICES:
            database = open_database(service, self._settings, "worker", hurried=True)
            workers.append(Worker(f"relay {service.name}", Relay(service, database, events)))
            if service.hears:
                consumer = Consumer(service, database, events, tries=self._settings.tries)
                workers.append(Worker(f"consumer {service.name}", consumer))
        return [tracing.start(self._settings.traces, "wiyata"), *running, Workers(workers)]

    def _app(self, service: Service) -> Flask:
        database = open_database(service, self._settings, "web")
        keys = KeyRing(database, self._settings, self._fetch_keys)
        return create_app(service, self._settings, database, keys, schema_is_current=partial(is_current, service))

    def _fetch_keys(self) -> Mapping[str, Any]:
        """Ask identity for its keys without leaving the process."""
        transport = httpx.WSGITransport(app=self.apps["identity"])
        with httpx.Client(transport=transport, base_url="http://identity") as client:
            answer = client.get("/api/identity/keys")
        answer.raise_for_status()
        keys: Mapping[str, Any] = answer.json()
        return keys


class Worker:
    """A relay or consumer in a thread of its own. One that fails unexpectedly begins again, as a process would."""

    def __init__(self, name: str, work: Relay | Consumer) -> None:
        self._name, self._work = name, work
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def tell(self) -> None:
        """Ask it to end after the batch at hand."""
        self._stopping.set()
        self._work.stop()

    def wait(self) -> None:
        """Come back once it has ended."""
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work.run()
            except Exception as error:  # noqa: BLE001  # The edge of a thread: nobody else would see it.
                logger.error("worker failed", worker=self._name, trace=trace_of(error))
                self._stopping.wait(RESTART_AFTER)


class Workers:
    """Workers that end together: each is told before any is waited for."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers = workers

    def stop(self) -> None:
        """Let each finish the batch at hand, and end."""
        for worker in self._workers:
            worker.tell()
        for worker in self._workers:
            worker.wait()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the folder of state: two suites on one folder would both believe to be its only reader."""
    with (settings.folder / "suite.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise WrongSetting(
                f"A suite already runs on {settings.folder}: stop it, or set WIYATA_FOLDER to another folder."
            ) from taken
        (settings.folder / MARK).unlink(missing_ok=True)
        yield


@Request.application
def _front(request: Request) -> Response:
    """Answer at the root until the portal does: where everything is."""
    if request.path != "/":
        return Response("There is nothing here; see /\n", status=404)
    lines = ["Wiyata", *(f"/api/{service.name}/reference" for service in SERVICES)]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
