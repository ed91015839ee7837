"""Runs a service's handlers over events: projections with the outbox closed, then reactions, in waves.

A wave holds events of one type. The next event of an aggregate with another type comes in a later wave, so that order
holds within an aggregate while events of many aggregates are handled as one list.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.orm import Session

from shared.events import Event
from shared.logging import bound
from shared.messaging import outbox
from shared.service import Service


def handle(service: Service, session: Session, events: Iterable[Event]) -> None:
    """Fold events into the projections, and let the service react to them."""
    for wave in waves(events):
        _fold(service, session, wave)
        react = service.reacts.get(type(wave[0]))
        if react is not None:
            react(session, wave)
            session.flush()


def fold(service: Service, session: Session, events: Iterable[Event]) -> None:
    """Fold events into the projections alone: what a rebuild does."""
    for wave in waves(events):
        _fold(service, session, wave)


@contextmanager
def caused_by(event: Event) -> Iterator[None]:
    """Let logs and events of a block carry the correlation id of the event that caused them."""
    with bound(correlation=event.correlation, trace_parent=event.trace_parent, cause=str(event.id)):
        yield


def waves(events: Iterable[Event]) -> list[list[Event]]:
    """Group events into lists of one type each, keeping the order within each aggregate."""
    found: dict[tuple[int, type[Event]], list[Event]] = {}
    last: dict[tuple[UUID, str], tuple[int, type[Event]]] = {}
    for event in events:
        aggregate = (event.tenant, event.subject)
        number, kind = last.get(aggregate, (0, type(event)))
        place = (number if kind is type(event) else number + 1, type(event))
        found.setdefault(place, []).append(event)
        last[aggregate] = place
    return [found[place] for place in sorted(found, key=lambda one: (one[0], one[1].type))]


def _fold(service: Service, session: Session, wave: Sequence[Event]) -> None:
    project = service.projects.get(type(wave[0]))
    if project is not None:
        with outbox.closed():
            project(session, wave)
            session.flush()
