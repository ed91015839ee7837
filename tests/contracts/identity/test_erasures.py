"""Erasing a person: nothing stays but the id, a line in the register comes first, and a backup brings nobody back."""

import shutil
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.identity.app import service
from services.identity.erasure_register import ErasureRegister, RegisterIsIncomplete
from services.identity.model import Base
from shared.events.identity import PersonErased
from tests.api.identity.conftest import CITY_ROWS, House, code_of, nip, redeem, sign_in
from tests.api.identity.test_forgotten import ask
from tests.api.identity.test_locks import guess
from tests.api.identity.test_roster_imports import last_position, said, taken

STAYS = {"aggregates", "audit", "erased_people", "outbox"}
"""Where the id of an erased person may stand: it leads nowhere."""


def erase(house: House, who: UUID, token: str = "", **other: Any) -> TestResponse:
    """Erase a person as an administrator does."""
    body = {"person": str(who), "reason": "asked_by_person", **other}
    return house.call("POST", f"/people/{who}/erasure", token or house.token_of_machine("administrator"), json=body)


def lived(house: House) -> UUID:
    """Let a person leave as many traces as a person can; give the id."""
    house.write_to(3, "citra@semarang.example")
    house.grant(3, "manager", "DIK")
    house.register(3)
    client = house.site()
    redeem(house, client, code_of(house, client[0]))
    code_of(house, client[0])
    ask(house, nip(3))
    house.mails()
    guess(house, 3, 2)
    house.code_for(3)
    admin = house.token_of_machine("administrator")
    house.json("POST", "/people/lookups", admin, json={"ids": [str(house.person(3))]})
    house.json("POST", f"/people/{house.person(3)}/one-time-code", admin)
    taken(house, *CITY_ROWS[:2], query="?complete=true")
    return house.person(3)


def traces(house: House, *words: str) -> set[str]:
    """Name the tables in which one of these words stands anywhere."""
    with house.database.reading() as session:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            if any(word in str(value) for value in row for word in words)
        }


def erasures_of(house: House) -> list[UUID]:
    """Whom the register of erasures holds."""
    register = ErasureRegister(house.app.extensions["erasure_register"])
    return [one.person for one in register.erasures()]


def test_of_an_erased_person_nothing_stays_but_an_id_that_leads_nowhere(house: House) -> None:
    person = lived(house)
    others = traces(house, str(house.person(4)))
    assert len(traces(house, str(person))) > 12
    assert erase(house, person).status_code == 200
    assert traces(house, str(person)) == STAYS
    assert traces(house, nip(3), "Citra Guru", "citra@") == set()
    assert traces(house, str(house.person(4))) == others
    assert sign_in(house.browser(), 3).status_code == 422


def test_an_erasure_is_said_once_and_a_second_time_answers_as_the_first(house: House) -> None:
    person, before = house.person(3), last_position(house)
    answers = [erase(house, person, reason=reason).get_json() for reason in ("asked_by_person", "no_longer_needed")]
    assert answers[0] == answers[1]
    assert (answers[0]["person"], answers[0]["reason"]) == (str(person), "asked_by_person")
    (event,) = said(house, before)
    assert isinstance(event, PersonErased)
    assert (event.tenant, event.person, event.sequence) == (house.city, person, 2)
    assert erasures_of(house) == [person]
    (act,) = house.json("GET", "/audit?act=person.erased", house.token_of_machine("administrator"))["items"]
    assert (act["subject"], act["details"]) == (f"person/{person}", {"reason": "asked_by_person"})


def test_nobody_is_erased_by_a_slip(house: House) -> None:
    third, admin = house.person(3), house.token_of_machine("administrator")
    assert erase(house, third, person=str(house.person(4))).get_json()["type"] == "/problems/erasure-not-confirmed"
    assert house.call("POST", f"/people/{third}/erasure", admin, json={}).status_code == 422
    assert erase(house, third, reason="because").status_code == 422
    house.grant(1, "administrator")
    assert erase(house, house.person(1), house.token_of(1)).get_json()["type"] == "/problems/can-not-erase-oneself"
    assert erase(house, third, house.token_of_machine("administrator", tenant=house.second_city())).status_code == 404
    assert erasures_of(house) == []
    assert house.person(3) == third


def test_nobody_is_erased_while_the_register_can_not_be_written(house: House) -> None:
    person, before = house.person(3), last_position(house)
    register = house.app.extensions["erasure_register"]
    register.mkdir()
    refused = erase(house, person)
    register.rmdir()
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/register-not-writable")
    assert (said(house, before), house.person(3)) == ([], person)
    assert erase(house, person).status_code == 200


def test_a_token_that_outlives_its_person_shows_nothing(house: House) -> None:
    token = house.token_of(3)
    erase(house, house.person(3))
    assert house.call("GET", "/me", token).status_code == 404


def test_the_same_nip_in_a_later_roster_is_a_new_person(house: House) -> None:
    before = house.person(3)
    erase(house, before)
    taken(house, CITY_ROWS[2])
    assert house.person(3) != before


def test_replaying_the_register_erases_again_whom_a_backup_brought_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIYATA_FOLDER", str(house.settings.folder))
    person, before = house.person(3), last_position(house)
    database = house.settings.folder / "identity.sqlite"
    backup = shutil.copy(database, house.settings.folder / "backup.sqlite")
    erase(house, person)
    house.database.close()
    for ending in ("-wal", "-shm"):
        database.with_name(f"identity.sqlite{ending}").unlink(missing_ok=True)
    shutil.copy(backup, database)
    assert house.person(3) == person
    command = next(one for one in service.commands if one.name == "erasures")
    told = [CliRunner(catch_exceptions=False).invoke(command, ["replay"]).output.splitlines()[-1] for _ in range(2)]
    assert told == [f"1 erasures in the register, {again} of them made again." for again in (1, 0)]
    assert [type(one) for one in said(house, before)] == [PersonErased]
    assert traces(house, str(person)) == STAYS


def test_a_register_that_lacks_somebody_is_not_replayed_unless_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIYATA_FOLDER", str(house.settings.folder))
    erase(house, house.person(3))
    (house.settings.folder / "erasures.jsonl").unlink()
    command = next(one for one in service.commands if one.name == "erasures")
    with pytest.raises(RegisterIsIncomplete):
        command.main(["replay"], standalone_mode=False)
    told = CliRunner(catch_exceptions=False).invoke(command, ["replay", "--incomplete"]).output.splitlines()[-1]
    assert told == "0 erasures in the register, 0 of them made again."
