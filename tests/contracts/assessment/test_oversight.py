"""Managers oversee who works in their units or below, as units and posts are today."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.assessment.model import Base
from services.assessment.oversight import oversees
from services.assessment.projections import copy_people, copy_tenants, copy_units
from shared import clock
from shared.database import Database
from shared.events.identity import PersonAssigned, Post, TenantDefined, UnitDefined
from shared.web.caller import Caller, Grant

CITY, OTHER_CITY, PERSON = UUID(int=1), UUID(int=2), UUID(int=3)
DINAS, BIDANG, SEKSI, ELSEWHERE = (UUID(int=number) for number in range(10, 14))
NEW_YEAR_IN_JAKARTA = datetime(2025, 12, 31, 18, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'assessment.sqlite'}")
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        copy_tenants(session, [TenantDefined(tenant=CITY, kind="city", zone="Asia/Jakarta", sequence=1)])
        copy_units(session, [unit(SEKSI, BIDANG), unit(BIDANG, DINAS), unit(DINAS, None), unit(ELSEWHERE, None)])
        copy_people(session, [assigned(post(SEKSI, until=date(2025, 12, 31)), post(BIDANG, since=date(2026, 1, 1)))])
    with clock.telling(NEW_YEAR_IN_JAKARTA):
        yield database
    database.close()


def unit(unit: UUID, parent: UUID | None) -> UnitDefined:
    day = date(2020, 1, 1)
    return UnitDefined(tenant=CITY, unit=unit, parent=parent, unit_type="x", name="x", valid_from=day, sequence=1)


def post(unit: UUID, *, since: date = date(2020, 1, 1), until: date | None = None, primary: bool = True) -> Post:
    return Post(id=unit, unit=unit, job="J1", primary=primary, valid_from=since, valid_to=until)


def assigned(*posts: Post, sequence: int = 1) -> PersonAssigned:
    return PersonAssigned(
        tenant=CITY, person=PERSON, employment_type="PNS", contract_start=None, posts=posts, sequence=sequence
    )


def manager_of(unit: UUID | None, tenant: UUID = CITY) -> Caller:
    return Caller(id=UUID(int=99), tenant=tenant, grants=(Grant("manager", unit),))


@pytest.mark.parametrize(
    ("unit", "seen"), [(DINAS, True), (BIDANG, True), (SEKSI, False), (ELSEWHERE, False), (None, True)]
)
def test_a_manager_oversees_who_works_in_or_below_their_unit_on_the_local_day(
    database: Database, unit: UUID | None, seen: bool
) -> None:
    with database.reading() as session:
        assert oversees(session, manager_of(unit), PERSON) is seen


def test_an_acting_post_brings_a_person_below_a_further_manager(database: Database) -> None:
    with database.writing() as session:
        copy_people(session, [assigned(post(BIDANG), post(ELSEWHERE, primary=False), sequence=2)])
    with database.reading() as session:
        assert oversees(session, manager_of(ELSEWHERE), PERSON)


def test_nobody_oversees_a_stranger_nor_anybody_of_another_city(database: Database) -> None:
    analyst = Caller(id=UUID(int=98), tenant=CITY, grants=(Grant("analyst", DINAS),))
    with database.reading() as session:
        assert not oversees(session, manager_of(DINAS), UUID(int=55))
        assert not oversees(session, manager_of(DINAS, tenant=OTHER_CITY), PERSON)
        assert not oversees(session, analyst, PERSON)
