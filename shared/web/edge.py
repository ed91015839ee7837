"""What a web process knows (`edge()`), and what it knows of the request at hand (`visit()`)."""

from dataclasses import dataclass, field
from time import perf_counter
from typing import cast
from uuid import UUID

from flask import current_app, request
from sqlalchemy.orm import Session

from shared.database import Database
from shared.ids import new_id
from shared.service import Service
from shared.settings import Settings
from shared.web.caller import Caller
from shared.web.keys import KeyRing


@dataclass(frozen=True)
class Edge:
    """The one thing that an app keeps: its service, and what the service runs with."""

    service: Service
    settings: Settings
    database: Database
    keys: KeyRing

    @property
    def mount(self) -> str:
        """The path under the one origin: `/api/<service>`, or nothing for a service that has pages only."""
        return f"/api/{self.service.name}" if self.service.api else ""


@dataclass
class Visit:
    """One request at this edge. It lives in the WSGI environment, so nested in-process requests each have one."""

    id: UUID = field(default_factory=new_id)
    trace_parent: str = ""
    started: float = field(default_factory=perf_counter)
    caller: Caller | None = None
    session: Session | None = None
    reading: bool = False
    problem: str = ""
    shown: dict[UUID, UUID] | None = None
    """The people whose rows the answer shows, with their tenants; None until the view has said so."""


PLACE = "wiyata.visit"


def edge() -> Edge:
    """Give the service, settings, database and keys of the app at hand."""
    return cast("Edge", current_app.extensions["wiyata"])


def visit() -> Visit:
    """Give what is known of the request at hand."""
    if PLACE not in request.environ:  # Only outside of a served request, such as in a test's own request context.
        request.environ[PLACE] = Visit()
    return cast("Visit", request.environ[PLACE])
