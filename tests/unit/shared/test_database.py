"""What the database promises on SQLite, where the defaults would lose updates and hide nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Base as SharedBase
from shared.database import Database, TenantOwned, put, upsert_newer
from shared.ids import NATIONAL, new_id
from shared.plumbing import service_metadata

CITY, OTHER = UUID(int=11), UUID(int=12)


class Base(SharedBase):
    __abstract__ = True
    metadata = service_metadata()


class Counter(TenantOwned, Base, kind="record"):
    __tablename__ = "counters"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    value: Mapped[int]
    at: Mapped[datetime | None]


class Fact(TenantOwned, Base, kind="projection"):
    __tablename__ = "facts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    text: Mapped[str]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'one.sqlite'}")
    with opened.writing() as session:
        Base.metadata.create_all(session.connection())
    yield opened
    opened.close()


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    with database.writing() as session:
        session.add(Counter(id=new_id(), tenant=CITY, value=1))
    with database.reading() as reader:
        before = reader.scalars(select(Counter.value)).all()
        with database.writing() as writer:
            writer.execute(update(Counter).values(value=2))
        assert reader.scalars(select(Counter.value)).all() == before == [1]


def test_a_unit_that_fails_leaves_nothing(database: Database) -> None:
    key = new_id()
    unfit = Counter(id=new_id(), value=1)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add_all([Counter(id=key, tenant=CITY, value=0), unfit])
    with database.reading() as session:
        assert session.get(Counter, key) is None


def test_a_session_bound_to_a_tenant_sees_its_own_and_national_rows(database: Database) -> None:
    rows = {tenant: new_id() for tenant in (CITY, OTHER, NATIONAL)}
    with database.writing() as session:
        session.add_all(Counter(id=key, tenant=tenant, value=0) for tenant, key in rows.items())
    with database.reading(CITY) as session:
        assert set(session.scalars(select(Counter.tenant))) == {CITY, NATIONAL}
        assert session.get(Counter, rows[OTHER]) is None
    with database.reading() as session:
        assert len(session.scalars(select(Counter)).all()) == 3


def test_a_session_bound_to_a_tenant_changes_only_its_own_rows(database: Database) -> None:
    with database.writing() as session:
        session.add_all(Counter(id=new_id(), tenant=tenant, value=0) for tenant in (CITY, OTHER, NATIONAL))
    with database.writing(CITY) as session:
        session.execute(update(Counter).values(value=1))
    with database.reading() as session:
        assert {one.tenant for one in session.scalars(select(Counter)) if one.value} == {CITY}


def test_the_narrowing_follows_the_session_and_is_not_remembered_by_the_statement(database: Database) -> None:
    with database.writing() as session:
        session.add_all(Counter(id=new_id(), tenant=tenant, value=0) for tenant in (CITY, OTHER))
    statement = select(Counter.tenant)
    for tenant in (CITY, OTHER, CITY):
        with database.reading(tenant) as session:
            assert set(session.scalars(statement)) == {tenant}


def test_a_copied_fact_is_replaced_only_by_a_newer_one(database: Database) -> None:
    key = new_id()
    for sequence, text in ((2, "second"), (1, "first"), (2, "again")):
        with database.writing() as session:
            upsert_newer(session, Fact, [{"id": key, "tenant": CITY, "sequence": sequence, "text": text}])
    with database.reading() as session:
        assert session.get_one(Fact, key).text == "second"


def test_of_two_facts_in_one_batch_the_newer_one_stays(database: Database) -> None:
    key = new_id()
    rows = [{"id": key, "tenant": CITY, "sequence": number, "text": str(number)} for number in (1, 3, 2)]
    with database.writing() as session:
        upsert_newer(session, Fact, rows)
        assert session.get_one(Fact, key).text == "3"


def test_putting_a_row_replaces_it(database: Database) -> None:
    key = new_id()
    for text in ("first", "second"):
        with database.writing() as session:
            put(session, Fact, [{"id": key, "tenant": CITY, "sequence": 1, "text": text}])
    with database.reading() as session:
        assert session.get_one(Fact, key).text == "second"


def test_a_moment_comes_back_in_utc_and_needs_a_zone(database: Database) -> None:
    key, at = new_id(), datetime(2026, 11, 22, 3, 4, 5, 678000, tzinfo=UTC)
    with database.writing() as session:
        session.add(Counter(id=key, tenant=CITY, value=0, at=at))
    with database.reading() as session:
        assert session.get_one(Counter, key).at == at
    naive = at.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without a time zone"), database.writing() as session:
        session.add(Counter(id=new_id(), tenant=CITY, value=0, at=naive))
