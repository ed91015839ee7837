"""Whether this web process lives (`/livez`) and can serve (`/readyz`): database and schema, never the event log."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import text

from shared.database import Database
from shared.web import metrics
from shared.web.auth import public
from shared.web.edge import edge
from shared.web.refusals import Unavailable

SchemaCheck = Callable[[Database], bool]
"""Tells whether the database has the newest schema that this code knows."""


def register(app: Flask, schema_is_current: SchemaCheck) -> None:
    """Add `/livez`, `/readyz` and `/metrics`."""

    @public
    def livez() -> dict[str, Any]:
        return {"alive": True}

    @public
    def readyz() -> dict[str, Any]:
        database = edge().database
        with database.reading() as session:
            session.execute(text("SELECT 1"))
        if not schema_is_current(database):
            raise Unavailable("The database has an older schema than this code. Run the migrations.", retry_after=5)
        return {"ready": True}

    app.add_url_rule("/livez", "livez", livez)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", public(metrics.exposed))
