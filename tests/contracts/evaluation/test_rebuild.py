"""The projections equal a fresh fold of the log to the bit, whatever came how often and in which order."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from services.evaluation.app import service
from services.evaluation.model.tables import AnnouncedLevel, Profile
from shared.events.evaluation import CompetencyLevelChanged
from shared.ids import new_id
from shared.messaging.rebuild import rebuild, verify
from shared.plumbing import letters, outbox
from shared.testing import Running
from tests.api.evaluation.facts import Study
from tests.api.evaluation.stories import mixed_stream, rows_of_projections, told
from tests.contracts.evaluation.delivery import deliver, running_on


@pytest.fixture
def running(evaluation_file: Path, tmp_path: Path) -> Iterator[Running]:
    with running_on(evaluation_file, tmp_path) as running:
        yield running


def kept(running: Running) -> str:
    with running.database.reading() as session:
        return rows_of_projections(session)


def test_a_rebuild_equals_live_after_duplicates_and_revisions_in_any_order(running: Running) -> None:
    stream = mixed_stream(new_id())
    mixed = [*stream, *stream[::2]]
    random.Random(7).shuffle(mixed)  # noqa: S311  # A fixed order that no one would write down.
    deliver(running, *mixed)
    live = kept(running)
    with running.database.session() as session:
        for table in service.projections():
            session.execute(service.metadata.tables[table].delete())
        assert told(session, [stream]) == live
    assert verify(service, running.database, running.log) == []
    assert rebuild(service, running.database, running.log) == len(stream)
    assert kept(running) == live


def test_verify_names_a_profile_that_was_changed_by_hand_and_rebuild_mends_it(running: Running) -> None:
    study = Study(new_id())
    deliver(running, *study.whole())
    with running.database.writing() as session:
        session.execute(update(Profile).values(information=Profile.information * (1 + 2**-50)))
    assert len(verify(service, running.database, running.log)) == 1
    rebuild(service, running.database, running.log)
    assert verify(service, running.database, running.log) == []


def test_a_rebuild_says_nothing_and_keeps_what_was_said(running: Running) -> None:
    deliver(running, *Study(new_id()).whole())
    rebuild(service, running.database, running.log)
    with running.database.reading() as session:
        said = session.scalars(select(outbox.c.type)).all()
        assert said == [CompetencyLevelChanged.type]
        assert session.scalars(select(AnnouncedLevel.level)).all() == [3]


def test_an_attempt_that_the_rules_cannot_use_is_dead_at_once_and_left_out_of_the_comparison(running: Running) -> None:
    fine, study = Study(new_id()), Study(new_id())
    graded = study.graded("post", 20)
    impossible = tuple(replace(item, c=0.9) for item in graded.items)
    deliver(running, replace(graded, items=impossible), *fine.whole())
    with running.database.reading() as session:
        dead = session.execute(select(letters.c.event_id, letters.c.reason)).one()
        assert session.scalars(select(Profile.person)).all() == [fine.person]
    assert dead.event_id == graded.id
    assert dead.reason == "An item guessed right with chance 0.9 tells nothing; it must be below 0.8."
    assert verify(service, running.database, running.log) == []
