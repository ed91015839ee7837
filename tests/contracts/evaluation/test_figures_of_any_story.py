"""Whatever happens in whatever order, figures are what a plain recount of the events gives."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.postgres.server import Server
from services.evaluation.app import service
from services.evaluation.model.tables import FigureRow, LevelsGained
from services.evaluation.queries import passes as passed
from services.evaluation.queries.figure_sums import gained_sums, people_by_days, totals
from services.evaluation.queries.subjects import Subject, within
from shared.database import Database
from shared.events import Event
from shared.events.catalogue import TestRole
from shared.events.enrolment import ClosingReason, EnrolmentFact
from shared.ids import new_id
from shared.messaging.handling import handle
from tests.api.evaluation.facts import TODAY, Study, erased, published, rated, tenant_defined, unit_defined, withdrawn
from tests.contracts.evaluation.oracle import Standing, best_scores, expected
from tests.contracts.homes import on_postgresql

CITY, PROGRAMME, OFFICE, SECTION = new_id(), new_id(), new_id(), new_id()
FIRST, SECOND, ANI, BUDI = new_id(), new_id(), new_id(), new_id()
EASY, HARD = new_id(), new_id()
MINIMUMS = {FIRST: {EASY: 4000}, SECOND: {EASY: 4000, HARD: 7000}}
STUDIES = [
    Study(CITY, ANI, FIRST, programme=PROGRAMME, class_=new_id(), unit=OFFICE),
    Study(CITY, BUDI, FIRST, programme=PROGRAMME, class_=new_id(), unit=SECTION),
    Study(CITY, ANI, SECOND, programme=PROGRAMME, class_=new_id(), unit=OFFICE),
]
STUDY_OF = {study.enrolment: study for study in STUDIES}
BACKGROUND: list[Event] = [
    tenant_defined(CITY),
    unit_defined(CITY, OFFICE),
    unit_defined(CITY, SECTION, OFFICE),
    published(CITY, FIRST, minimums=MINIMUMS[FIRST]),
    published(CITY, SECOND, minimums=MINIMUMS[SECOND]),
]

days = st.integers(-70, 0).map(lambda back: TODAY + timedelta(days=back))
scores = st.one_of(st.none(), st.integers(0, 10_000))


@st.composite
def settlings(draw: st.DrawFn, study: Study) -> list[Event]:
    """An enrolment that completes, is corrected, revoked and closed, as enrolment says such things."""
    said: list[Event] = []
    revision, completed, closed = 0, False, False
    for sequence in range(3, 3 + draw(st.integers(0, 5))):
        if completed and draw(st.booleans()):
            said.append(replace(study.revoked(revision), sequence=sequence))
            completed = False
        elif not completed and not closed and draw(st.booleans()):
            reason = draw(st.sampled_from(["withdrawn", "not_completed", "erased"]))
            said.append(study.closed(cast("ClosingReason", reason), sequence=sequence))
            closed = True
        else:
            revision, completed, closed = revision + 1, True, False
            minutes = {draw(days): draw(st.integers(1, 300))}
            outcomes = draw(st.sampled_from([["PP"], ["PP", "KS"]]))
            done = study.completed(
                draw(scores), draw(scores), revision=revision, minutes=minutes, on=draw(days), outcomes=outcomes
            )
            said.append(replace(done, sequence=sequence))
    return said


@st.composite
def attempts(draw: st.DrawFn, study: Study) -> list[Event]:
    """Attempts at the tests of a course, re-marked and annulled."""
    said: list[Event] = []
    for _ in range(draw(st.integers(0, 3))):
        attempt, test, day = new_id(), draw(st.sampled_from([EASY, HARD])), draw(st.integers(-70, 0))
        role = cast("TestRole", draw(st.sampled_from(["post", "pre", "post", "post", "quiz"])))
        for revision in range(1, draw(st.integers(2, 3))):
            right = draw(st.integers(2, 8))
            marked = {"attempt": attempt, "assessment": test, "day": day, "revision": revision}
            said.append(study.graded(role, right, of=10, **cast("dict[str, Any]", marked)))
        if draw(st.integers(0, 3)) == 0:
            said.append(study.annulled(attempt))
    return said


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """What is said of three enrolments of two people, in any order, some of it twice."""
    said = list(BACKGROUND)
    for study in STUDIES:
        said += [study.enrolled()] * draw(st.integers(0, 1))
        said += [study.started(draw(days))] * draw(st.integers(0, 1))
        said += [*draw(settlings(study)), *draw(attempts(study))]
    rating = rated(CITY, ANI, draw(st.integers(1, 5)), on=draw(days))
    said += [rating] * draw(st.integers(0, 1))
    said += [withdrawn(CITY, ANI, draw(st.sampled_from([rating.piece, STUDIES[0].enrolment])))] * draw(st.booleans())
    said += [erased(CITY, BUDI)] * draw(st.booleans())
    again = draw(st.lists(st.sampled_from(said), max_size=6))
    return list(draw(st.permutations([*said, *again])))


SUBJECTS: list[tuple[Subject, Callable[[EnrolmentFact], bool]]] = [
    (Subject(tenant=CITY, kind="course", id=FIRST), lambda one: one.course == FIRST),
    (Subject(tenant=CITY, kind="class", id=STUDIES[0].class_ or FIRST), lambda one: one.class_ == STUDIES[0].class_),
    (Subject(tenant=CITY, kind="programme", id=PROGRAMME), lambda one: True),
    (
        Subject(tenant=CITY, kind="course", id=FIRST, units=frozenset({OFFICE})),
        lambda one: one.course == FIRST and one.unit in (OFFICE, SECTION),
    ),
    (
        Subject(tenant=CITY, kind="programme", id=PROGRAMME, units=frozenset({SECTION})),
        lambda one: one.unit == SECTION,
    ),
]


@pytest.fixture(scope="module")
def database(evaluation_file: Path) -> Iterator[Database]:
    path = evaluation_file.with_name("stories.sqlite")
    path.write_bytes(evaluation_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="module")
def postgresql(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with on_postgresql(postgres_server, tmp_path_factory.mktemp("stories"), "stories_", [service]) as home:
        home.migrate([service])
        yield home.database("evaluation", "worker")


@settings(max_examples=40, deadline=None)
@given(stories(), st.integers(1, 60))
def test_figures_of_any_story_are_those_of_a_plain_recount(database: Database, story: list[Event], size: int) -> None:
    recount(database, story, size)


@settings(max_examples=5, deadline=None)
@given(stories(), st.integers(1, 60))
def test_on_postgresql_they_are_too(postgresql: Database, story: list[Event], size: int) -> None:
    recount(postgresql, story, size)


def recount(database: Database, story: list[Event], size: int) -> None:
    """Let the service hear a story in batches, compare what it counts, and keep nothing of it."""
    with database.session() as session:
        for start in range(0, len(story), size):
            handle(service, session, story[start : start + size])
        for subject, counted in SUBJECTS:
            check(session, subject, story, counted)
        check_rows(session, story)
        check_attempts(session, story)


def check(session: Session, subject: Subject, story: list[Event], counted: Callable[[EnrolmentFact], bool]) -> None:
    wanted = expected(story, MINIMUMS, counted)
    here = within(session, subject)
    found, passes = totals(session, subject, here), passed.passes(session, here)
    assert found.counts == wanted.counts
    assert found.pairs == wanted.sums
    assert (passes.handed_in, passes.passed) == (wanted.handed_in, wanted.passed)
    assert max((at for at in (found.as_of, passes.as_of) if at), default=None) == wanted.as_of
    assert people_by_days(session, here) == wanted.days
    gained = {one.competency: one for one in gained_sums(session, here)}
    assert {code: one.n for code, one in gained.items()} == {code: len(some) for code, some in wanted.gained.items()}
    for code, some in wanted.gained.items():
        # The recount adds in another order, so that each may differ in its last micro-level.
        assert abs(gained[code].total - sum(some)) <= len(some)


def check_rows(session: Session, story: list[Event]) -> None:
    told = list({one.id: one for one in story if isinstance(one, EnrolmentFact)}.values())
    levels = select(LevelsGained.gained)
    for row in session.scalars(select(FigureRow)):
        wanted = Standing([one for one in told if one.enrolment == row.enrolment])
        done = wanted.completion
        assert (row.state == "completed") == (done is not None)
        assert (row.completed_event, row.completed_on) == (done and done.id, done and done.completed_on)
        assert (row.pre, row.post) == ((done.pre, done.post) if done else (None, None))
        assert row.days == wanted.days
        assert (row.unit, row.person) == (STUDY_OF[row.enrolment].unit, STUDY_OF[row.enrolment].person)
        if done is None:
            assert row.closed_on or not session.scalars(levels.where(LevelsGained.enrolment == row.enrolment)).all()


def check_attempts(session: Session, story: list[Event]) -> None:
    told = list({one.id: one for one in story if isinstance(one, EnrolmentFact)}.values())
    known = session.scalars(select(FigureRow.enrolment)).all()
    assert passed.best_scores(session, CITY, known) == {
        (enrolment, test): score
        for enrolment in known
        for test, score in best_scores([one for one in told if one.enrolment == enrolment]).items()
    }
