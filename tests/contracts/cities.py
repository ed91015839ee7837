"""A city of evaluation on PostgreSQL: its requests come in the web role, its events are heard in that of workers."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier

from deploy.postgres.server import Server
from services.evaluation.app import service
from shared.web.app import create_app
from shared.web.keys import KeyRing
from tests.api.evaluation.city import City
from tests.api.serving import Answer
from tests.api.tokens import ORIGIN, key_set
from tests.contracts.homes import on_postgresql


@contextmanager
def city_on_postgresql(server: Server, folder: Path, prefix: str) -> Iterator[City]:
    """Serve a city from databases under a prefix of their own."""
    with on_postgresql(server, folder, prefix, [service]) as home:
        home.settings = replace(home.settings, public_url=ORIGIN)
        home.migrate([service])
        web = home.database("evaluation", "web")
        keys = KeyRing(web, home.settings, key_set)
        keys.refresh()
        app = create_app(service, home.settings, web, keys, schema_is_current=lambda _: True)
        yield City(app, home.database("evaluation", "worker")).begin()


def at_once(act: Callable[[], Answer], times: int = 4) -> list[Answer]:
    """Do the same so many times at the same moment."""
    together = Barrier(times)

    def do(_: int) -> Answer:
        together.wait(30)
        return act()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(do, range(times)))
