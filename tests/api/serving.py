"""A service's real web app on a migrated SQLite file, those who visit it, and what it said."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from shared.database import Database
from shared.events import Event, decode
from shared.migrations import is_current, migrate
from shared.plumbing import outbox
from shared.service import Service
from shared.settings import read_settings
from shared.web.app import App, create_app
from shared.web.keys import KeyRing
from tests.api.tokens import ORIGIN, key_set

Said = TypeVar("Said", bound=Event)


def serve(service: Service, folder: Path, **changes: Any) -> App:
    """Make the app of a service with its database in a folder; it has the keys of the tests' tokens by now."""
    settings = replace(read_settings(), folder=folder, public_url=ORIGIN, **changes)
    database = Database(settings.database(service.name, "web"))
    migrate(service, database)
    keys = KeyRing(database, settings, key_set)
    keys.refresh()
    return create_app(service, settings, database, keys, schema_is_current=lambda one: is_current(service, one))


def database_of(app: App) -> Database:
    """Give the database of an app, on SQLite the same one for each role."""
    database: Database = app.extensions["wiyata"].database
    return database


@dataclass(frozen=True)
class Answer:
    """What a visitor gets; `json` is None where the body is not JSON."""

    status_code: int
    json: Any
    headers: Headers


@dataclass(frozen=True)
class Visitor:
    """Somebody with an access token."""

    app: App
    headers: dict[str, str]

    def get(self, path: str) -> Answer:
        return _answer(self.app.test_client().get(path, headers=self.headers))

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return _answer(self.app.test_client().post(path, json=body or {}, headers={**self.headers, **headers}))

    def put(self, path: str, body: object = None, **headers: str) -> Answer:
        return _answer(self.app.test_client().put(path, json=body, headers={**self.headers, **headers}))

    def send(self, path: str, content: str | bytes, kind: str = "text/csv") -> Answer:
        return _answer(self.app.test_client().post(path, data=content, content_type=kind, headers=self.headers))


def said(database: Database, tenant: UUID, kind: type[Said]) -> list[Said]:
    """Give the events of a type that a service said about a tenant, in the order of saying."""
    wanted = select(outbox.c.body).where(outbox.c.tenant == tenant, outbox.c.type == kind.type)
    with database.reading() as session:
        bodies = session.scalars(wanted.order_by(outbox.c.position)).all()
    return [one for one in map(decode, bodies) if isinstance(one, kind)]


def _answer(given: TestResponse) -> Answer:
    return Answer(given.status_code, given.get_json(silent=True), given.headers)
