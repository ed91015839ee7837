"""The staff of a provider: they have no NIP and no post, sign in with their address, and are told of like others."""

from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from werkzeug.test import TestResponse

from services.identity.app import service
from services.identity.commands.organisation import define_tenant
from shared.events.identity import PersonAssigned
from tests.api.identity.conftest import CITY_ROWS, PASSWORD, House, fields_of, open_link, roster
from tests.api.identity.test_code_sheets import CODE
from tests.api.identity.test_roster_imports import last_position, said

SARI = {"name": "Sari Widyaiswara", "email": "Sari@Univ.example", "roles": ["trainer"]}


@pytest.fixture(autouse=True)
def folder_of_the_house(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIYATA_FOLDER", str(house.settings.folder))


@pytest.fixture
def university(house: House) -> UUID:
    with house.database.writing() as session:
        return define_tenant(session, kind="provider", code="UNIV", name="Universitas", zone="Asia/Jakarta")[0].id


def administrator(house: House, university: UUID) -> str:
    return house.token_of_machine("administrator", tenant=university)


def register(house: House, token: str, **other: object) -> TestResponse:
    return house.call("POST", "/staff", token, json={**SARI, **other})


def run(*words: str) -> Result:
    command = next(one for one in service.commands if one.name == words[0])
    return CliRunner(catch_exceptions=False).invoke(command, words[1:], standalone_mode=False)


def sign_in_as(house: House, name: str) -> int:
    browser = house.browser()
    form = {**fields_of(browser.get("/api/identity/sign-in")), "name": name, "password": PASSWORD}
    return browser.post("/api/identity/sign-in", data=form).status_code


def test_one_of_the_staff_is_registered_told_of_and_signs_in_with_the_address(house: House, university: UUID) -> None:
    before, admin = last_position(house), administrator(house, university)
    answer = register(house, admin)
    assert (answer.status_code, answer.get_json()["roles"]) == (201, [{"role": "learner"}, {"role": "trainer"}])
    (event,) = said(house, before)
    assert isinstance(event, PersonAssigned)
    assert (event.tenant, event.employment_type, event.posts) == (university, None, ())
    made = house.json("POST", f"/people/{answer.get_json()['id']}/one-time-code", admin)
    assert open_link(house, made["link"]) == 303
    assert sign_in_as(house, " sari@UNIV.example ") == 303
    (listed,) = house.json("GET", "/people", admin)["items"]
    assert (listed["name"], listed["employment_type"], listed["posts"]) == ("Sari Widyaiswara", None, [])


def test_staff_get_slips_and_mails_that_name_the_address(house: House, university: UUID) -> None:
    admin = administrator(house, university)
    wanted = {"people": [register(house, admin).get_json()["id"]]}
    slip = house.call("POST", "/one-time-code-sheets", admin, json=wanted).text
    assert len(CODE.findall(slip)) == 1
    assert "masuk dengan alamat surel Anda" in slip
    house.json("POST", "/one-time-code-mails", admin, json=wanted)
    (mail,) = house.mails()
    assert mail["To"] == "sari@univ.example"
    assert "masuk dengan alamat surel ini" in mail.get_content()


def test_whoever_lost_every_role_does_not_sign_in_any_more(house: House, university: UUID) -> None:
    admin = administrator(house, university)
    person = register(house, admin).get_json()["id"]
    open_link(house, house.json("POST", f"/people/{person}/one-time-code", admin)["link"])
    house.json("PUT", f"/people/{person}/roles", admin, json={"roles": []})
    assert sign_in_as(house, "sari@univ.example") == 422


def test_an_address_stands_for_one_of_the_staff(house: House, university: UUID) -> None:
    admin = administrator(house, university)
    register(house, admin)
    again = register(house, admin, email="SARI@univ.example")
    assert (again.status_code, again.get_json()["type"]) == (409, "/problems/address-taken")


def test_another_address_is_what_is_signed_in_with_from_then_on(house: House, university: UUID) -> None:
    admin = administrator(house, university)
    person = register(house, admin).get_json()["id"]
    open_link(house, house.json("POST", f"/people/{person}/one-time-code", admin)["link"])
    register(house, admin, email="budi@univ.example")
    wanted = {"name": "Sari W.", "email": "sari.w@univ.example"}
    assert house.json("PUT", f"/staff/{person}", admin, json=wanted)["name"] == "Sari W."
    assert (sign_in_as(house, "sari@univ.example"), sign_in_as(house, "Sari.W@univ.example")) == (422, 303)
    taken = house.call("PUT", f"/staff/{person}", admin, json={**wanted, "email": "budi@univ.example"})
    assert (taken.status_code, taken.get_json()["type"]) == (409, "/problems/address-taken")
    citizen = house.call("PUT", f"/staff/{house.person(3)}", house.token_of_machine("administrator"), json=wanted)
    assert citizen.status_code == 404, "The people of a city are described by its roster."


def test_a_code_that_went_to_a_mistyped_address_opens_nothing_once_the_address_is_mended(
    house: House, university: UUID
) -> None:
    admin = administrator(house, university)
    person = register(house, admin, email="sari@unvi.example").get_json()["id"]
    link = house.json("POST", f"/people/{person}/one-time-code", admin)["link"]
    house.json("PUT", f"/staff/{person}", admin, json={"name": "Sari", "email": "sari@univ.example"})
    assert open_link(house, link) == 422
    assert open_link(house, house.json("POST", f"/people/{person}/one-time-code", admin)["link"]) == 303


def test_sql_and_script_in_a_name_stay_text_also_on_the_slip(house: House, university: UUID) -> None:
    hostile = """<script>alert("x")</script> '); DROP TABLE people; -- {{7*7}}"""
    admin = administrator(house, university)
    made = register(house, admin, name=hostile).get_json()
    assert made["name"] == hostile
    assert (
        house.json("PUT", f"/staff/{made['id']}", admin, json={"name": hostile, "email": SARI["email"]})["name"]
        == hostile
    )
    slip = house.call("POST", "/one-time-code-sheets", admin, json={"people": [made["id"]]}).text
    assert "<script" not in slip
    assert "&lt;script&gt;" in slip
    assert "{{7*7}}" in slip


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"email": "sari"}, {"email": "a@b.c\r\nBcc: x@y.z"}, {"roles": []}, {"roles": ["manager"]}]
)
def test_staff_need_a_name_an_address_and_a_role(house: House, university: UUID, wrong: dict[str, object]) -> None:
    assert register(house, administrator(house, university), **wrong).status_code == 422


def test_a_city_registers_its_people_by_roster(house: House) -> None:
    refused = register(house, house.token_of_machine("administrator"))
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/city-registers-by-roster")


@pytest.mark.parametrize("how", ["", "?dry_run=true"])
def test_a_provider_registers_its_people_as_staff(house: House, university: UUID, how: str) -> None:
    token, content = administrator(house, university), roster(*CITY_ROWS)
    refused = house.call("POST", f"/roster-imports{how}", token, data=content, content_type="text/csv")
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/provider-registers-staff")
    assert "register its people as staff" in refused.get_json()["detail"]


def test_the_first_of_a_providers_staff_is_registered_on_the_command_line(house: House) -> None:
    tenant = run("providers", "add", "POLTEK", "Politeknik", "Asia/Makassar").stdout.strip()
    link = run("providers", "add-staff", "POLTEK", "Rina", "rina@poltek.example", "--role", "administrator").output
    assert open_link(house, link) == 303
    assert sign_in_as(house, "rina@poltek.example") == 303
    assert tenant != run("providers", "add", "UNIV", "Universitas", "Asia/Jakarta").stdout.strip()
    with pytest.raises(Exception, match="There is no provider SMG"):
        run("providers", "add-staff", "SMG", "Rina", "r@x.example", "--role", "trainer")
