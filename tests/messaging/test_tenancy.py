"""Which statements a session bound to a tenant narrows, on SQLite, where nothing else would hide a row."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, ForeignKey, delete, exists, func, insert, select, update
from sqlalchemy.orm import (
    Mapped,
    Session,
    aliased,
    immediateload,
    joinedload,
    lazyload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
)

from deploy.postgres.server import Server
from shared.database import Base as SharedBase
from shared.database import Database, NotNarrowed, TenantOwned, bind_tenant
from shared.ids import new_id
from shared.plumbing import service_metadata

CITY, OTHER = UUID(int=11), UUID(int=12)
MINE, THEIRS = UUID(int=21), UUID(int=22)


class Base(SharedBase):
    __abstract__ = True
    metadata = service_metadata()


class Class(TenantOwned, Base, kind="record"):
    __tablename__ = "classes"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    places: Mapped[int]
    seats: Mapped[list["Seat"]] = relationship()


class Seat(TenantOwned, Base, kind="record"):
    __tablename__ = "seats"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"))


class Lease(TenantOwned, Base, kind="record"):
    """A room of one tenant, let to another."""

    __tablename__ = "leases"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    to: Mapped[UUID]


class Room(TenantOwned, Base, kind="record"):
    """A row that others may read too: those to whom it is let."""

    __tablename__ = "rooms"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lease: Mapped[UUID]
    chairs: Mapped[list["Chair"]] = relationship()

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        leases = Lease.__table__.c
        return exists().where(leases.id == cls.lease, leases.to == tenant)


class Chair(TenantOwned, Base, kind="record"):
    __tablename__ = "chairs"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'one.sqlite'}")
    with opened.writing() as session:
        Base.metadata.create_all(session.connection())
        session.add_all([Class(id=MINE, tenant=CITY, places=1), Class(id=THEIRS, tenant=OTHER, places=2)])
        session.flush()
        for tenant, of in ((CITY, MINE), (OTHER, MINE), (OTHER, THEIRS)):
            session.add(Seat(id=new_id(), tenant=tenant, class_id=of))
    yield opened
    opened.close()


alias = aliased(Class)

LOOKS: dict[str, Callable[[Session], object]] = {
    "an alias": lambda session: session.scalars(select(alias.id)).all(),
    "columns": lambda session: session.scalars(select(Class.id)).all(),
    "a join": lambda session: session.scalars(select(Class.id).join(Seat, Seat.class_id == Class.id)).all(),
    "an outer join": lambda session: session.scalars(select(Class.id).outerjoin(Seat)).all(),
    "a subquery": lambda session: session.scalars(select(select(Class.id).subquery().c.id)).all(),
    "a common table": lambda session: session.scalars(select(select(Class.id).cte().c.id)).all(),
    "a union": lambda session: session.scalars(select(Class.id).union(select(Class.id))).all(),
    "what is in a query": lambda session: session.scalars(
        select(Class.id).where(Class.id.in_(select(Seat.class_id).where(Seat.tenant == CITY)))
    ).all(),
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_query_finds_rows_of_its_tenant_alone(database: Database, look: str) -> None:
    with database.reading(CITY) as session:
        assert LOOKS[look](session) == [MINE]


def test_counts_and_existence_are_those_of_the_tenant(database: Database) -> None:
    with database.reading(CITY) as session:
        assert session.scalar(select(func.count()).select_from(Class)) == 1
        assert session.scalar(select(exists().where(Class.id == THEIRS))) is False
        assert session.get(Class, THEIRS) is None


def test_what_belongs_to_an_object_is_narrowed_too(database: Database) -> None:
    with database.reading(CITY) as session:
        assert [seat.tenant for seat in session.get_one(Class, MINE).seats] == [CITY]


@pytest.mark.parametrize("how", [lazyload, immediateload, joinedload, selectinload, subqueryload])
def test_what_belongs_to_an_object_is_narrowed_however_it_is_loaded(database: Database, how: Any) -> None:
    with database.writing() as session:
        session.add(Seat(id=new_id(), tenant=CITY, class_id=THEIRS))
    wanted = select(Class).options(how(Class.seats))
    for tenant in (OTHER, CITY, OTHER):
        with database.reading(tenant) as session:
            assert {seat.tenant for one in session.scalars(wanted).unique() for seat in one.seats} == {tenant}


def test_a_changed_object_at_hand_follows_its_row(database: Database) -> None:
    with database.writing(CITY) as session:
        mine = session.get_one(Class, MINE)
        session.execute(update(Class).values(places=9))
        assert mine.places == 9


def test_what_belongs_to_an_object_made_just_now_is_narrowed_too(database: Database) -> None:
    made = new_id()
    with database.writing() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        session.add(Seat(id=new_id(), tenant=OTHER, class_id=made))
        session.flush()
        bind_tenant(session, CITY)
        fresh = Class(id=made, tenant=CITY, places=3)
        session.add(fresh)
        session.flush()
        session.expire(fresh)
        assert fresh.seats == []


def test_changes_reach_rows_of_the_tenant_alone(database: Database) -> None:
    with database.writing(CITY) as session:
        session.execute(update(Class).values(places=9))
        session.execute(delete(Seat))
    with database.reading() as session:
        assert {one.tenant: one.places for one in session.scalars(select(Class))} == {CITY: 9, OTHER: 2}
        assert set(session.scalars(select(Seat.tenant))) == {OTHER}


def test_statements_that_can_not_be_narrowed_are_refused(database: Database) -> None:
    copied = insert(Class).from_select(["id", "tenant", "places"], select(Seat.id, Seat.tenant, Class.places))
    with database.writing(CITY) as session:
        with pytest.raises(NotNarrowed):
            session.execute(update(Class), [{"id": THEIRS, "places": 9}])
        with pytest.raises(NotNarrowed):
            session.execute(copied)
    with database.reading() as session:
        assert session.get_one(Class, THEIRS).places == 2


room = aliased(Room)

VISITS: dict[str, Callable[[Session], object]] = {
    "the class": lambda session: session.scalars(select(Room.id)).all(),
    "an alias": lambda session: session.scalars(select(room.id)).all(),
    "a subquery": lambda session: session.scalars(select(select(Room.id).subquery().c.id)).all(),
    "what is in a query": lambda session: session.scalars(
        select(Lease.__table__.c.id).where(Lease.__table__.c.id.in_(select(Room.lease)))
    ).all(),
    "one row": lambda session: [one.id for one in session.scalars(select(Room).where(Room.id == THEIRS))],
}


@pytest.mark.parametrize("visit", VISITS)
def test_what_a_class_lets_others_read_each_tenant_reads_for_itself(database: Database, visit: str) -> None:
    """The same statement is compiled once and asked by three tenants in turn."""
    neighbour, stranger = UUID(int=13), UUID(int=14)
    with database.writing() as session:
        session.add_all([Lease(id=THEIRS, tenant=OTHER, to=neighbour), Room(id=THEIRS, tenant=OTHER, lease=THEIRS)])
    found = {}
    for tenant in (stranger, neighbour, stranger, OTHER, neighbour):
        with database.reading(tenant) as session:
            found[tenant] = VISITS[visit](session)

    assert found == {stranger: [], neighbour: [THEIRS], OTHER: [THEIRS]}


def test_what_may_be_read_may_not_be_written_and_its_parts_have_rules_of_their_own(database: Database) -> None:
    with database.writing() as session:
        session.add_all([Lease(id=THEIRS, tenant=OTHER, to=CITY), Room(id=THEIRS, tenant=OTHER, lease=THEIRS)])
        session.flush()
        session.add(Chair(id=MINE, tenant=OTHER, room_id=THEIRS))
    with database.writing(CITY) as session:
        assert session.get_one(Room, THEIRS).chairs == []
        session.execute(update(Room).values(lease=MINE))
        session.execute(delete(Room))
    with database.reading() as session:
        assert session.scalars(select(Room.lease)).all() == [THEIRS]


@pytest.fixture
def guarded(postgres_server: Server) -> Iterator[Server]:
    postgres_server.create_databases("bound_", ["one"])
    owner = Database(postgres_server.url("owner", "bound_").format(service="one"))
    with owner.engine.begin() as connection:
        Base.metadata.create_all(connection)
    owner.close()
    yield postgres_server
    postgres_server.drop_databases("bound_", ["one"])


def test_on_postgresql_the_tenant_stays_after_a_commit_and_goes_when_it_is_let_go(guarded: Server) -> None:
    """The setting that row-level security reads ends with each transaction."""
    seen = func.nullif(func.current_setting("wiyata.tenant", True), "")
    database = Database(guarded.url("web", "bound_").format(service="one"), pool_size=1)
    with database.session() as session:
        bind_tenant(session, CITY)
        assert session.scalar(select(seen)) == str(CITY)
        session.commit()
        assert session.scalar(select(seen)) == str(CITY)
        session.rollback()
        assert session.scalar(select(seen)) == str(CITY)
        bind_tenant(session, None)
        assert session.scalar(select(seen)) is None
        bind_tenant(session, OTHER)
        assert session.scalar(select(seen)) == str(OTHER)
    with database.session() as another:
        assert another.scalar(select(seen)) is None
    database.close()
