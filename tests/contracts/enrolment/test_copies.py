"""Copies of other services' facts: whatever order they come in, the newest one stays."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from services.enrolment.model import Base, Person, Post, Result, Tenant
from services.enrolment.projections import copy_people, copy_results, copy_tenants, forget_people
from shared.database import Database
from shared.events.assessment import AttemptGraded
from shared.events.identity import PersonAssigned, PersonErased, TenantDefined
from shared.events.identity import Post as PostHeld
from shared.ids import new_id

CITY, PERSON, UNIT = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'enrolment.sqlite'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def defined(zone: str, sequence: int) -> TenantDefined:
    return TenantDefined(tenant=CITY, kind="city", zone=zone, sequence=sequence)


def assigned(sequence: int, *, primary: bool) -> PersonAssigned:
    post = PostHeld(id=new_id(), unit=UNIT, job="J1", primary=primary, valid_from=date(2026, 1, 1), valid_to=None)
    return PersonAssigned(
        tenant=CITY, person=PERSON, employment_type="PNS", contract_start=None, posts=(post,), sequence=sequence
    )


def graded(revision: int, score: int) -> AttemptGraded:
    one = UUID(int=4)
    return AttemptGraded(
        tenant=CITY,
        enrolment=one,
        person=PERSON,
        course=one,
        version=1,
        class_=one,
        programme=one,
        provider=CITY,
        unit=None,
        attempt=one,
        revision=revision,
        assessment=one,
        assessment_version=1,
        role="post",
        score=score,
        handed_in_at=datetime(2026, 11, 2, tzinfo=UTC),
        handed_in_on=date(2026, 11, 2),
        items=(),
        sequence=revision,
    )


def test_a_newer_zone_replaces_an_older_one_and_never_the_other_way_round(database: Database) -> None:
    with database.writing() as session:
        copy_tenants(session, [defined("Asia/Jayapura", 2)])
        copy_tenants(session, [defined("Asia/Jakarta", 1), defined("Asia/Jakarta", 2)])
        assert session.scalars(select(Tenant.zone)).all() == ["Asia/Jayapura"]


def test_an_acting_post_is_no_unit_to_stamp_on_an_enrolment(database: Database) -> None:
    with database.writing() as session:
        copy_people(session, [assigned(1, primary=True)])
        assert session.scalars(select(Person)).one().unit_on(date(2026, 1, 1)) == UNIT
    with database.writing() as session:
        copy_people(session, [assigned(2, primary=False)])
        assert session.scalars(select(Person)).one().unit_on(date(2026, 1, 1)) is None


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_an_erased_person_is_one_without_posts_in_whatever_order_it_is_heard(
    database: Database, order: tuple[int, ...]
) -> None:
    said = [
        lambda session: copy_people(session, [assigned(1, primary=True), assigned(2, primary=True)]),
        lambda session: forget_people(session, [PersonErased(tenant=CITY, person=PERSON, sequence=3)]),
        lambda session: copy_people(session, [assigned(4, primary=True)]),
    ]
    for number in order:
        with database.writing() as session:
            said[number](session)
    with database.reading() as session:
        (person,) = session.scalars(select(Person))
        assert (person.erased, person.sequence, person.posts) == (True, 3, [])
        assert session.scalars(select(Post)).all() == []


def test_only_the_posts_said_last_are_kept(database: Database) -> None:
    for sequence in (2, 1, 3):
        with database.writing() as session:
            copy_people(session, [assigned(sequence, primary=True)])
            kept = max(2, sequence)
            assert session.scalars(select(Post.sequence)).all() == [kept]


@pytest.mark.parametrize("revisions", [(1, 2), (2, 1)])
def test_the_newest_revision_of_an_attempt_stays(database: Database, revisions: tuple[int, int]) -> None:
    with database.writing() as session:
        for revision in revisions:
            copy_results(session, [graded(revision, 1000 * revision)])
        assert session.scalars(select(Result.score)).all() == [2000]
