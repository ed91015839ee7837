"""A rebuild and a comparison beside everything else that goes on, and of more than memory holds."""

import tracemalloc
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import insert, select

from shared.database import Database
from shared.errors import LogUnavailable
from shared.ids import new_id
from shared.messaging import inbox, rebuild
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import PartitionsAreHeld
from shared.messaging.operations import status
from shared.messaging.outbox import partition_of
from shared.messaging.rebuild import FoldUnderWay, verify
from shared.plumbing import PARTITIONS, positions
from shared.testing import Running, Suite
from tests.messaging.conftest import say
from tests.messaging.tally import CITY, Tally, completion, tallies


@pytest.fixture
def heard(flow: Suite) -> Running:
    """The service that listens."""
    return flow["tally"]


@pytest.mark.parametrize("second", [verify, rebuild.rebuild])
def test_two_folds_at_once_would_share_their_shadow_so_the_second_is_refused(
    flow: Suite, heard: Running, second: Callable[..., object]
) -> None:
    person = new_id()
    say(flow, completion(person), completion(person))
    flow.settle()
    refused: list[object] = []

    def meanwhile(_count: int) -> None:
        with pytest.raises(FoldUnderWay) as refusal:
            second(heard.service, heard.database, heard.log)
        refused.append(refusal)

    rebuild.rebuild(heard.service, heard.database, heard.log, meanwhile)
    assert refused
    assert tallies(heard.database) == {person: (2, 90)}
    assert verify(heard.service, heard.database, heard.log) == []


@pytest.mark.parametrize("log", ["kafka"], indirect=True)  # On SQLite no statement has a time limit.
def test_events_that_wait_while_a_rebuild_holds_the_partitions_are_not_to_blame(flow: Suite, heard: Running) -> None:
    """PostgreSQL ends the waiting statement after its time; that is no try of the event."""
    person = new_id()
    say(flow, completion(person))
    flow["enrolment"].publish()
    with closing(Database(heard.database.address, options="-c statement_timeout=50")) as impatient:
        consumer = Consumer(heard.service, impatient, heard.log, tries=1, pause=0.0)
        with heard.database.writing() as session:
            inbox.lock_partitions(session, range(PARTITIONS))
            for _ in range(3):
                with pytest.raises(PartitionsAreHeld):
                    _until_something_is_read(consumer)
        consumer.close()
    heard.consume()
    assert tallies(heard.database) == {person: (1, 45)}
    assert status(heard.service, heard.database, heard.log)["dead"] == 0


def _until_something_is_read(consumer: Consumer) -> None:
    while not consumer.step(0.2):
        pass


def test_positions_behind_the_end_of_the_log_stop_a_rebuild(flow: Suite, heard: Running) -> None:
    """A log that lost its end would fold to less than live holds."""
    person = new_id()
    say(flow, completion(person))
    flow.settle()
    number = partition_of(str(person))
    with heard.database.writing() as session:
        here = (positions.c.topic == "wiyata.enrolment") & (positions.c.partition == number)
        session.execute(positions.update().where(here).values(next_offset=5))
    with pytest.raises(LogUnavailable):
        rebuild.rebuild(heard.service, heard.database, heard.log)
    assert tallies(heard.database) == {person: (1, 45)}


@pytest.mark.parametrize("act", [rebuild._exchange, rebuild._differences])
def test_tables_are_exchanged_and_compared_piece_by_piece(
    heard: Running, act: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = heard.service.metadata.tables["tallies"]
    rows = [{"tenant": CITY, "person": new_id(), "completions": 1, "minutes": 45} for _ in range(20_000)]
    with heard.database.writing() as session:
        session.execute(insert(table), rows)
    del rows
    with rebuild._shadow(heard.service, heard.database) as shadow:
        with shadow.writing() as session:
            for piece in _pieces(heard.database):
                session.execute(insert(table), piece)
        with heard.database.writing() as session:
            tracemalloc.start()
            found = list(act(session, shadow, table) or ())  # type: ignore[call-overload]
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert found == []
    assert peak < 5_000_000
    assert len(tallies(heard.database)) == 20_000


def _pieces(database: Database) -> list[list[dict[str, object]]]:
    columns = Tally.__table__.columns
    with database.reading() as session:
        return [[dict(row) for row in session.execute(select(*columns)).mappings()]]
