"""gunicorn as every web process runs it: threads, JSON lines, background threads after the fork, a clean end."""

import os
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

# gunicorn carries no types.
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.util import parse_address  # type: ignore[import-untyped]
from prometheus_client.multiprocess import mark_process_dead

from shared.errors import WrongSetting

WsgiApp = Callable[..., Any]


class Stoppable(Protocol):
    """Something that runs in the background until it is told to stop."""

    def stop(self) -> None:
        """End, and return when that is done."""


def serve(
    factory: Callable[[], WsgiApp],
    *,
    bind: str,
    threads: int,
    workers: int = 1,
    on_start: Callable[[], Sequence[Stoppable]] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; requests under way may finish.

    `factory` and then `on_start` run in each worker process, after the fork; what `on_start` returns is stopped, last
    first, when the worker ends. Exits with a sentence if the address can't be had. Logging is configured before this.
    """
    _Server(factory, on_start or (lambda: ()), bind=_listening(bind), threads=threads, workers=workers).run()


class JsonLines(Logger):  # type: ignore[misc]
    """Hands gunicorn's lines to the process's own logging; its access log is ours (`shared.web.correlation`)."""

    def setup(self, cfg: Any) -> None:
        """Let lines pass on to the root logger instead of making handlers of its own."""
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(
        self, factory: Callable[[], WsgiApp], on_start: Callable[[], Sequence[Stoppable]], **options: Any
    ) -> None:
        self._factory = factory
        self._on_start = on_start
        self._options = options
        self._running: list[Stoppable] = []
        super().__init__()

    def load_config(self) -> None:
        """Take over the options; nothing is read from files or from gunicorn's own environment variables."""
        chosen = {
            **self._options,
            "worker_class": "gthread",
            "control_socket_disable": True,  # Otherwise every server of this user shares one socket at home.
            "logger_class": JsonLines,
            "graceful_timeout": 20,
            "post_worker_init": self._start,
            "worker_exit": self._stop,
            "child_exit": _forget_figures,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> WsgiApp:
        """Make the app, in the worker."""
        try:
            return self._factory()
        except WrongSetting as wrong:
            sys.stderr.write(f"{wrong}\n")
            raise SystemExit(4) from None  # gunicorn's code for "do not try again".

    def _start(self, _worker: Any) -> None:
        self._running = list(self._on_start())

    def _stop(self, _arbiter: Any, _worker: Any) -> None:
        while self._running:
            self._running.pop().stop()


def _listening(bind: str) -> str:
    """Take the address before gunicorn does, which would try five times and end with a traceback's worth of noise."""
    host, port = parse_address(bind)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as taken:
        listener.close()
        sys.exit(f"Can't listen on {host} port {port} ({taken.strerror}). Choose another port with WIYATA_PORT.")
    return f"fd://{listener.detach()}"


def _forget_figures(_arbiter: Any, worker: Any) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
