"""What identity decides on PostgreSQL, in the role of the web: guesses and departures at the same moment."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from deploy.postgres.server import Server
from services.identity.app import service as identity
from services.identity.commands import code_sheets, departures, erasures, locks, resets
from services.identity.commands.accounts import NoSuchPerson
from services.identity.commands.code_sheets import Maker
from services.identity.commands.organisation import define_tenant
from services.identity.commands.rosters import import_roster
from services.identity.erasure_register import ErasureRegister
from services.identity.mail_round import send_mails
from services.identity.model import Person
from services.identity.model.locks import LockRules
from shared import clock
from shared.database import Database
from shared.events.identity import PersonErased
from shared.ids import new_id
from shared.plumbing import outbox
from tests.api.identity.conftest import CITY_ROWS, nip, roster
from tests.contracts.homes import Home, on_postgresql
from tests.contracts.test_races_on_postgresql import at_once

RULES = LockRules(tries=5, ceiling=timedelta(minutes=30))


@pytest.fixture(scope="module")
def home(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with on_postgresql(postgres_server, tmp_path_factory.mktemp("identity"), "identity_", [identity]) as home:
        home.migrate([identity])
        yield home


@pytest.fixture(scope="module")
def web(home: Home) -> Database:
    return home.database("identity", "web")


@pytest.fixture(scope="module")
def worker(home: Home) -> Database:
    return home.database("identity", "worker")


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


def test_a_forgotten_password_is_noted_by_the_web_and_mailed_by_the_worker(
    web: Database, worker: Database, city: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIYATA_FOLDER", str(tmp_path))
    with web.writing(city) as session:
        rows = [row.replace(",,PNS,", ",citra@semarang.example,PNS,") for row in CITY_ROWS if row.startswith(nip(3))]
        import_roster(session, city, roster(*rows))

    def ask(name: str) -> None:
        with web.writing() as session:
            resets.ask_reset(session, name, at=clock.now())

    at_once(*[partial(ask, name) for name in (nip(3), "Citra@semarang.example", nip(777), nip(4))] * 2)
    send_mails(worker)
    (file,) = (tmp_path / "mail").iterdir()
    assert "To: citra@semarang.example" in file.read_text()


def test_a_person_erased_twice_at_once_is_erased_once(web: Database, city: UUID, tmp_path: Path) -> None:
    fourth, register = person(web, city, 4), ErasureRegister(tmp_path / "erasures.jsonl")

    def erase() -> datetime:
        with web.writing(city) as session:
            kept = erasures.erase_person(
                session, city, fourth, reason="asked_by_person", register=register, at=clock.now()
            )
            return kept.erased_at

    assert len(set(at_once(erase, erase, erase))) == 1
    assert [one.person for one in register.erasures()] == [fourth]
    with web.reading(city) as session:
        said = select(func.count()).select_from(outbox).where(outbox.c.type == PersonErased.type)
        assert session.scalar(said) == 1
