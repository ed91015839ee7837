"""A backup is of one moment: what one database knows of another's events, the other one has said."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.keeping.databases import Kept, SomebodyIsAtWork
from deploy.keeping.flow import LogIsNotEmpty, flow_again, require_empty
from deploy.keeping.moment import at_rest
from deploy.keeping.suite import every_database
from shared.ids import new_id
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.settings import read_settings
from shared.testing import Suite
from tests.messaging import tally
from tests.messaging.conftest import say


@pytest.fixture
def kept(
    flow: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[list[Kept]]:
    """The databases of both services, as a backup and a restore open them."""
    monkeypatch.setenv("WIYATA_FOLDER", str(tmp_path))
    if not flow["tally"].database.is_sqlite:
        prefix = str(flow["tally"].database.engine.url.database).removesuffix("tally")
        for role in ("worker", "owner"):
            address = request.getfixturevalue("postgres_server").url(role, prefix)
            monkeypatch.setenv(f"WIYATA_DATABASE_{role.upper()}", address)
    with ExitStack() as stack:
        yield every_database(read_settings(), [one.service for one in flow.running], stack, "owner")


@pytest.fixture
def empty_log(log: EventLog, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], EventLog]]:
    """Makes the log that takes the place of a lost one."""
    made: list[EventLog] = []

    def make() -> EventLog:
        if isinstance(log, KafkaLog):
            servers = request.getfixturevalue("kafka_broker")
            tally.delete_topics(servers)
            made.append(KafkaLog(servers))
        else:
            made.append(EmbeddedLog(tmp_path / "new.sqlite"))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_backup_waits_until_what_was_said_is_handled(flow: Suite, kept: list[Kept], log: EventLog) -> None:
    say(flow, tally.completion(new_id()))
    told: list[str] = []

    def settle(sentence: str) -> None:
        told.append(sentence)
        flow.settle()

    with at_rest(kept, log, patience=30, say=settle) as behind:
        assert behind == {"enrolment": 0, "tally": 0}
    assert told == ["Waiting for enrolment (1 to publish, 0 to handle)."]


def test_what_a_backup_could_not_wait_for_is_handled_after_a_restore_and_the_rest_once(
    flow: Suite, kept: list[Kept], log: EventLog, empty_log: Callable[[], EventLog], tmp_path: Path
) -> None:
    handled, published, said, later = (new_id() for _ in range(4))
    say(flow, tally.completion(handled))
    flow.settle()
    say(flow, tally.completion(published))
    flow["enrolment"].publish()
    say(flow, tally.completion(said))
    with at_rest(kept, log, patience=0, say=lambda _: None) as behind:
        assert behind == {"enrolment": 0, "tally": 1}
        for one in kept:
            one.freeze()
        assert set(tally.tallies(flow["tally"].database)) == {handled}  # Requests that read are answered meanwhile,
        if not flow["tally"].database.is_sqlite:
            say(flow, tally.completion(new_id()))  # and on PostgreSQL those that write.
    say(flow, tally.completion(later))
    flow.settle()
    for one in kept:
        one.copy_to(tmp_path / f"kept-{one.file}")
        one.close()
        flow[one.service.name].database.close()
        one.clear()
        one.restore_from(tmp_path / f"kept-{one.file}")
    new = empty_log()
    flow_again(kept, new, tries=3, say=lambda _: None)
    assert tally.tallies(flow["tally"].database) == dict.fromkeys((handled, published, said), (1, 45))
    assert set(new.ends(["wiyata.enrolment"]).values()) != {0}


def test_a_database_that_somebody_works_on_is_not_replaced(flow: Suite, kept: list[Kept]) -> None:
    if flow["tally"].database.is_sqlite:
        pytest.skip("There the lock of the folder tells whether a suite runs.")
    for one in flow.running:
        one.database.close()
    for database in kept:
        database.require_idle()
    with flow["tally"].database.reading() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(SomebodyIsAtWork, match="1 connections are open to the database of tally"):
            kept[1].require_idle()


def test_a_log_that_holds_anything_is_not_filled(flow: Suite, kept: list[Kept], log: EventLog) -> None:
    require_empty(kept, log)
    say(flow, tally.completion(new_id()))
    flow.settle()
    with pytest.raises(LogIsNotEmpty, match=r"wiyata\.enrolment"):
        require_empty(kept, log)
