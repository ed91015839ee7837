"""The flow of events between two small services, on every event log that is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.database import Database
from shared.messaging.embedded import EmbeddedLog
from shared.testing import Running, Suite
from tests.messaging import tally


@pytest.fixture
def flow(tmp_path: Path) -> Iterator[Suite]:
    log = EmbeddedLog(tmp_path / "events.sqlite")
    running = []
    for service in (tally.publisher(), tally.make()):
        database = Database(f"sqlite:///{tmp_path / service.name}.sqlite")
        tally.create_tables(database)
        running.append(Running(service, database, log))
    suite = Suite(running)
    yield suite
    tally.Broken.errors.clear()
    suite.close()
    log.close()


def say(flow: Suite, *events: object) -> None:
    from shared.messaging import outbox

    with flow["enrolment"].database.writing() as session:
        outbox.append(session, *events)
