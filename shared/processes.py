"""What a relay or consumer process is made of: a database, a log, an end by SIGTERM, and a port for operations."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app
from sqlalchemy.exc import ArgumentError
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Request, Response

from shared import tracing
from shared.database import Database
from shared.errors import WrongSetting
from shared.logging import log
from shared.messaging.consumer import Consumer
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.log import EventLog
from shared.messaging.notification import Announcer, Listener
from shared.messaging.relay import Relay
from shared.messaging.watch import Watchdog
from shared.migrations import require_current
from shared.service import Service
from shared.settings import Role, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

STATEMENT_TIMEOUT = "-c statement_timeout=60000"

STUCK = 75
"""The exit code of a consumer that stood still: "temporary failure, try again" in the customs of Unix."""

POOL_PATIENCE = 5
"""How many seconds a request waits for one of its process's database connections before it is refused."""

logger = log(__name__)


def open_log(settings: Settings) -> EventLog:
    """Open the event log that the settings name: Kafka, or the embedded file."""
    if not settings.kafka:
        return EmbeddedLog(settings.embedded_log)
    from shared.messaging.kafka import KafkaLog  # Reading its message schemas takes a while; embedded mode needs none.

    return KafkaLog(settings.kafka)


def open_database(service: Service, settings: Settings, role: Role, *, hurried: bool = False) -> Database:
    """Open a service's database in a role. `hurried` ends statements that take too long, as handlers and timers may.

    What an operator does by hand, such as a rebuild, takes as long as it takes. Raises `WrongSetting` where the setting
    of the role is no address.
    """
    kept_in_folder = not getattr(settings, f"database_{role}")
    if kept_in_folder:
        settings.make_folder()
    options = STATEMENT_TIMEOUT if hurried else ""
    room = {"pool_size": max(10, settings.web_threads), "patience": POOL_PATIENCE} if role == "web" else {}
    try:
        return Database(settings.database(service.name, role), options=options, **room)
    except (ArgumentError, ImportError, LookupError, ValueError) as wrong:
        # Its own words are left out: an address holds a password.
        raise WrongSetting(
            f"WIYATA_DATABASE_{role.upper()} is no address of a database: write one like "
            "postgresql+psycopg://ROLE:PASSWORD@HOST:PORT/{service}."
        ) from wrong


def run_relay(service: Service, settings: Settings) -> None:
    """Publish the service's events and call its timers until SIGTERM."""
    database = open_database(service, settings, "worker", hurried=True)
    require_current(service, database)
    events = open_log(settings)
    relay = Relay(service, database, events)
    listener = None if database.is_sqlite else Listener(database.address)
    with Operations(settings, lambda: not relay.last_error), tracing.start(settings.traces, f"{service.name} relay"):
        _until_told(relay.run, relay.stop)
    if listener is not None:
        listener.stop()
    events.close()
    database.close()


def run_consumer(service: Service, settings: Settings) -> None:
    """Handle the events that the service listens to until SIGTERM. Raises `WrongSetting` where it hears none."""
    if not service.hears:
        raise WrongSetting(f"{service.name} listens to no events; it needs no consumer.")
    database = open_database(service, settings, "worker", hurried=True)
    require_current(service, database)
    events = open_log(settings)
    consumer = Consumer(service, database, events, member=settings.replica, tries=settings.tries)
    announcer = None if database.is_sqlite else Announcer(database.address)  # What a reaction says wakes the relay.
    ready = Operations(settings, lambda: bool(consumer.assigned()))
    traced = tracing.start(settings.traces, f"{service.name} consumer")
    with ready, traced, Watchdog(consumer.watch, patience=settings.stuck_after, bark=partial(end_stuck, service.name)):
        _until_told(consumer.run, consumer.stop)
    if announcer is not None:
        announcer.stop()
    events.close()
    database.close()


def end_stuck(service: str, seconds: float) -> None:
    """End this process at once, so that whoever supervises it starts another: its threads may hang for good.

    Nothing is lost: what was not committed is read again.
    """
    logger.error("consumer stands still", service=service, seconds=round(seconds), exit_code=STUCK)
    os._exit(STUCK)


class Operations:
    """Answers `/livez`, `/readyz` and `/metrics` on a port of its own, for a process that serves no requests."""

    def __init__(self, settings: Settings, ready: Callable[[], bool]) -> None:
        try:
            self._server = make_server(
                settings.host,
                settings.operations_port,
                DispatcherMiddleware(_health(ready), {"/metrics": make_wsgi_app()}),
                server_class=WSGIServer,
                handler_class=_Quiet,
            )
        except OSError as taken:
            raise WrongSetting(
                f"Port {settings.operations_port} is taken: set WIYATA_OPERATIONS_PORT to a free one."
            ) from taken

    def __enter__(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="operations", daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None: ...


def _health(ready: Callable[[], bool]) -> "WSGIApplication":
    @Request.application
    def application(request: Request) -> Response:
        if request.path == "/livez":
            return Response("alive\n")
        if request.path == "/readyz":
            return Response("ready\n") if ready() else Response("not ready\n", status=503)
        return Response("not found\n", status=404)

    return application


def _until_told(run: Callable[[], None], stop: Callable[[], None]) -> None:
    """Run until SIGTERM or SIGINT; the batch at hand is finished first.

    The work has a thread of its own. A signal interrupts the main thread wherever it is, and if that were amid a wait
    of the work, `stop` would wait for ever for the lock that the wait holds.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())
    with ThreadPoolExecutor(1, "work") as worker:
        worker.submit(run).result()
