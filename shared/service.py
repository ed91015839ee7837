"""What a service is, as data. The web, the relay, the consumer, the command line and embedded mode interpret it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import Blueprint
from sqlalchemy import MetaData, Select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.events import Event
from shared.web.caller import Caller

Handler = Callable[[Session, Sequence[Any]], None]
"""Takes the events of one type of a batch, in log order within an aggregate, from any number of tenants.

A projection writes projections only, from its events, its own tables and dated reference records: no clock, no
random ids. A reaction calls commands, and may say events.
"""

Timer = Callable[[Session], None]
"""An idempotent command that the clock calls, in the relay process."""


Errand = Callable[[Database], None]
"""What the clock lets a thread of the relay process do because it waits for others, such as a mail server.

It opens short units of work of its own, has none open while it waits, and may be repeated.
"""

Export = Callable[[UUID, UUID], Select[Any]]
"""Gives the query of a person's rows of one kind, by tenant and person, and nobody else's."""

Oversight = Callable[[Session, Caller, UUID], bool]
"""Tells whether a caller is a manager of a person today. It names the caller's tenant in its queries."""


def nobody_oversees(_session: Session, _who: Caller, _person: UUID) -> bool:
    """Say so of a service that knows no people."""
    return False


@dataclass(frozen=True, kw_only=True)
class Service:
    """A bounded context: what it stores, answers, hears and does by the clock."""

    name: str
    metadata: MetaData
    api: Sequence[Blueprint] = ()
    pages: Sequence[Blueprint] = ()
    projects: Mapping[type[Event], Handler] = field(default_factory=dict)
    reacts: Mapping[type[Event], Handler] = field(default_factory=dict)
    timers: Mapping[Timer, timedelta] = field(default_factory=dict)
    errands: Mapping[Errand, timedelta] = field(default_factory=dict)
    exports: Mapping[str, Export] = field(default_factory=dict)
    oversees: Oversight = nobody_oversees
    commands: Sequence[click.Command] = ()
    configure_web: Callable[..., None] | None = None

    @property
    def topic(self) -> str:
        """The topic on which this service speaks."""
        return topic_of(self.name)

    @cached_property
    def hears(self) -> frozenset[type[Event]]:
        """Every event type that it folds or reacts to."""
        return frozenset(self.projects) | frozenset(self.reacts)

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The topics that it listens to, sorted."""
        return tuple(sorted({topic_of(one.type.split(".")[1]) for one in self.hears}))

    @property
    def migrations(self) -> Path:
        """The folder of its Alembic versions."""
        return Path(str(files(f"services.{self.name}") / "migrations"))

    def projections(self) -> list[str]:
        """Name the tables that are pure folds of events."""
        return [table.name for table in self.metadata.sorted_tables if table.info.get("kind") == "projection"]


def topic_of(publisher: str) -> str:
    """Give the topic on which a service speaks."""
    return f"wiyata.{publisher}"
