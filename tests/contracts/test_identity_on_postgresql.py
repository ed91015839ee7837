"""What identity decides on PostgreSQL, in the role of the web: guesses and departures at the same moment."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from deploy.postgres.server import Server
from services.identity.app import service as identity
from services.identity.commands import code_sheets, departures, locks
from services.identity.commands.accounts import NoSuchPerson
from services.identity.commands.code_sheets import Maker
from services.identity.commands.organisation import define_tenant
from services.identity.commands.rosters import import_roster
from services.identity.model import Person
from services.identity.model.locks import LockRules
from shared import clock
from shared.database import Database
from shared.ids import new_id
from tests.api.identity.conftest import CITY_ROWS, nip, roster
from tests.contracts.homes import on_postgresql
from tests.contracts.test_races_on_postgresql import at_once

RULES = LockRules(tries=5, ceiling=timedelta(minutes=30))


@pytest.fixture(scope="module")
def web(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with on_postgresql(postgres_server, tmp_path_factory.mktemp("identity"), "identity_", [identity]) as home:
        home.migrate([identity])
        yield home.database("identity", "web")


@pytest.fixture(scope="module")
def city(web: Database) -> UUID:
    with web.writing() as session:
        tenant, _ = define_tenant(session, kind="city", code="SMG", name="Semarang", zone="Asia/Jakarta")
    with web.writing(tenant.id) as session:
        import_roster(session, tenant.id, roster(*CITY_ROWS))
    return tenant.id


def person(web: Database, tenant: UUID, number: int) -> UUID:
    with web.reading(tenant) as session:
        return session.scalars(select(Person.id).where(Person.nip == nip(number))).one()


def test_twenty_guesses_at_once_get_no_further_than_twenty_in_a_row(web: Database) -> None:
    at = clock.now()

    def guess() -> bool:
        with web.writing() as session:
            return locks.count_try(session, nip(3), rules=RULES, at=at).may_go_on

    assert Counter(at_once(*[guess] * 20)) == {True: 5, False: 15}


def test_a_departure_confirmed_twice_at_once_happens_once(web: Database, city: UUID) -> None:
    with web.writing(city) as session:
        roster_id = import_roster(session, city, roster(*CITY_ROWS[:4]), complete=True).id
    assert roster_id is not None
    fifth = person(web, city, 5)

    def confirm() -> int:
        with web.writing(city) as session:
            return departures.confirm_departures(session, city, roster_id, [fifth]).departed

    assert sorted(at_once(confirm, confirm, confirm)) == [0, 0, 1]


def test_a_sheet_is_made_for_the_own_people_alone(web: Database, city: UUID) -> None:
    with web.writing() as session:
        other, _ = define_tenant(session, kind="city", code="TPI", name="Tanjungpinang", zone="Asia/Jakarta")
    third, by = person(web, city, 3), Maker(new_id(), machine=True)
    with web.writing(city) as session:
        assert [one.name for one in code_sheets.make_slips(session, city, [third], by=by, at=clock.now())] == [
            "Citra Guru"
        ]
    with web.writing(other.id) as session, pytest.raises(NoSuchPerson):
        code_sheets.make_slips(session, other.id, [third], by=by, at=clock.now())
