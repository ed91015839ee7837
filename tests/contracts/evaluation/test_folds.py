"""Projections are functions of the facts, in whatever order and batches these arrive."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.evaluation.model.tables import CourseFigure, EvidenceLine, FigureRow, HoursEntry, Profile
from shared.database import Database
from shared.events import Event
from shared.ids import new_id
from tests.api.evaluation.facts import TODAY, Study
from tests.api.evaluation.stories import mixed_stream, told

CITY = new_id()
STREAM = mixed_stream(CITY)


@pytest.fixture(scope="module")
def database(evaluation_file: Path) -> Iterator[Database]:
    path = evaluation_file.with_name("folds.sqlite")
    path.write_bytes(evaluation_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session whose work is never kept."""
    with database.session() as session:
        yield session


def batches_of(stream: list[Event], sizes: list[int]) -> Iterator[list[Event]]:
    start = 0
    for size in [*sizes, len(stream)]:
        yield stream[start : start + size]
        start += size


@settings(max_examples=8, deadline=None)
@given(st.permutations(STREAM), st.lists(st.integers(1, 9), max_size=6))
def test_any_order_and_any_batches_give_the_same_projections(
    database: Database, shuffled: list[Event], sizes: list[int]
) -> None:
    with database.session() as session:
        straight = told(session, [STREAM])
    with database.session() as session:
        assert told(session, batches_of(shuffled, sizes)) == straight


@pytest.mark.parametrize("stream", [STREAM, STREAM[::-1]], ids=["forwards", "backwards"])
def test_one_by_one_gives_the_same_as_in_one_batch(database: Database, stream: list[Event]) -> None:
    with database.session() as session:
        straight = told(session, [STREAM])
    with database.session() as session:
        assert told(session, [[event] for event in stream]) == straight


def test_a_revision_takes_back_the_competencies_it_no_longer_speaks_of(session: Session) -> None:
    study, attempt = Study(new_id()), new_id()
    told(session, [[study.graded("post", 20, attempt=attempt, competencies=["PP", "KS"])]])
    told(session, [[study.graded("post", 20, attempt=attempt, competencies=["PP"], revision=2)]])
    assert session.scalars(select(EvidenceLine.competency)).all() == ["PP"]
    assert session.scalars(select(Profile.competency)).all() == ["PP"]


def test_a_lower_revision_that_comes_late_changes_nothing(session: Session) -> None:
    study = Study(new_id())
    second = study.completed(4000, 9000, revision=2, minutes={TODAY: 60})
    before = told(session, [[second]])
    assert told(session, [[study.completed(4000, 5000, minutes={TODAY: 10})]]) == before


def test_a_line_names_its_event_its_rule_set_and_its_day(session: Session) -> None:
    graded = Study(new_id()).graded("post", 20)
    told(session, [[graded]])
    line = session.scalars(select(EvidenceLine)).one()
    assert (line.event, line.piece, line.rule_set) == (graded.id, graded.attempt, "nasional-2019-01")
    assert (line.dated_on, line.sequence, line.source) == (TODAY, 1, f"test/{graded.course}")
    assert line.weights == [-11355800, -4867718, 0, 0, 0]


def test_a_completion_before_its_enrolment_is_counted_once_each(session: Session) -> None:
    study = Study(new_id())
    told(session, [[study.completed(4000, 8000)], [study.enrolled()]])
    figure, row = session.scalars(select(CourseFigure)).one(), session.scalars(select(FigureRow)).one()
    assert (figure.enrolled, figure.completed, figure.pairs) == (1, 1, 1)
    assert (row.pre, row.post, row.enrolled_event is not None) == (4000, 8000, True)


def test_a_corrected_pair_leaves_no_trace_of_the_first_one(session: Session) -> None:
    study = Study(new_id())
    told(session, [[study.completed(4000, 8000)], [study.completed(4100, 7900, revision=2)]])
    sums = session.scalars(select(CourseFigure)).one().sums
    assert (sums.n, sums.pre, sums.post, sums.pre_times_post) == (1, 4100, 7900, 4100 * 7900)
    told(session, [[study.completed(None, 7900, revision=3)]])
    session.expire_all()
    assert session.scalars(select(CourseFigure)).one().sums.n == 0


def test_the_daily_cap_holds_across_courses(session: Session) -> None:
    tenant, person = new_id(), new_id()
    one, other = Study(tenant, person), Study(tenant, person)
    told(session, [[other.completed(minutes={TODAY: 60})], [one.completed(minutes={TODAY: 100})]])
    entries = {entry.enrolment: entry for entry in session.scalars(select(HoursEntry))}
    # Three JP of e-learning a day are 135 minutes; the enrolment with the lesser id comes first.
    assert (entries[one.enrolment].counted, entries[one.enrolment].cut) == (100, 0)
    assert (entries[other.enrolment].counted, entries[other.enrolment].cut) == (35, 25)
    told(session, [[one.completed(minutes={TODAY: 10}, revision=2)]])
    session.expire_all()
    assert session.get_one(HoursEntry, (tenant, other.enrolment, TODAY)).cut == 0
