"""What a service keeps about a person, as queries: the parts of which a `Service` makes its answer to `/me/data`.

Each gives the rows of one table that are about the person, column by column, and never a row about anybody else.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from shared.plumbing import accesses, letters, outbox
from shared.service import Export

Place = InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]


def rows_of(person: Place, *, without: Collection[str] = ()) -> Export:
    """Give the rows whose column `person` holds the person, without the columns that hold secrets."""
    column = _column(person)
    shown = _shown(column.table, without)

    def export(tenant: UUID, wanted: UUID) -> Select[Any]:
        return select(*shown).where(column == wanted, *_of(column.table, tenant)).order_by(*column.table.primary_key)

    return export


def by_table(*people: Place) -> dict[str, Export]:
    """Give the rows of several tables by the names of the tables."""
    return {_column(person).table.name: rows_of(person) for person in people}


def rows_behind(reference: Place, key: Place, person: Place, *, without: Collection[str] = ()) -> Export:
    """Give the rows whose column `reference` leads to the `key` of a row of the person: the marks of an enrolment."""
    column, its_key, owner = _column(reference), _column(key), _column(person)
    shown = _shown(column.table, without)

    def export(tenant: UUID, wanted: UUID) -> Select[Any]:
        owned = select(its_key).where(owner == wanted, *_of(its_key.table, tenant))
        return select(*shown).where(column.in_(owned), *_of(column.table, tenant)).order_by(*column.table.primary_key)

    return export


def looks(tenant: UUID, person: UUID) -> Select[Any]:
    """Give who looked at the person's rows."""
    columns = [column for column in accesses.columns if column.name != "tenant"]
    return select(*columns).where(accesses.c.tenant == tenant, accesses.c.person == person).order_by(accesses.c.id)


def said(tenant: UUID, person: UUID) -> Select[Any]:
    """Give the events that were said here about the person, as they travel."""
    mine = (outbox.c.tenant == tenant, outbox.c.key == str(person))
    return select(outbox.c.recorded_at, outbox.c.body).where(*mine).order_by(outbox.c.position)


def undelivered(tenant: UUID, person: UUID) -> Select[Any]:
    """Give the events about the person that came here and could not be handled."""
    mine = (letters.c.tenant == tenant, letters.c.key == str(person))
    return select(letters.c.at, letters.c.state, letters.c.body).where(*mine).order_by(letters.c.position)


def _shown(table: Any, without: Collection[str]) -> list[Column[Any]]:
    if strangers := set(without) - set(table.columns.keys()):
        raise ValueError(f"{table.name} has no {', '.join(strangers)} to leave out.")
    return [column for column in table.columns if column.name not in {"tenant", *without}]


def _of(table: Any, tenant: UUID) -> list[ColumnElement[bool]]:
    return [table.c.tenant == tenant] if "tenant" in table.c else []


def _column(place: Place) -> Column[Any]:
    (column,) = place.property.columns
    if not isinstance(column, Column):
        raise TypeError(f"{place} is no column of a table.")
    return column
