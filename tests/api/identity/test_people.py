"""Units, people, names and roles over HTTP, and who may see them."""

import json
import re

import pytest
from sqlalchemy import select

from shared.ids import NATIONAL, new_id
from shared.plumbing import accesses
from tests.api.identity.conftest import House, answered, asked_of, nip, redeem, roster, row, sign_in


def names(house: House, token: str) -> list[str]:
    """The names that a list of people holds."""
    return [person["name"] for person in house.json("GET", "/people", token)["items"]]


def looked_up(house: House, token: str, *people: object) -> list[str]:
    """The names that a look-up gives."""
    ids = [str(person) for person in people]
    found = house.json("POST", "/people/lookups", token, json={"ids": ids})
    return [person["name"] for person in found["people"]]


def test_a_person_learns_who_they_are(house: House) -> None:
    me = house.json("GET", "/me", house.token_of(3))
    assert (me["name"], me["unit"], me["employment_type"]) == ("Citra Guru", "Unit DIK-SD", "PNS")
    assert [(post["job"], post["primary"], post["valid_from"]) for post in me["posts"]] == [
        ("GURU", True, "2026-01-05")
    ]
    assert me["roles"] == [{"role": "learner"}]
    assert nip(3) not in json.dumps(me)


def test_a_machine_is_nobody(house: House) -> None:
    answer = house.call("GET", "/me", house.token_of_machine("administrator"))
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/machine-is-nobody")


def test_anyone_sees_the_units_of_the_own_city_in_pages(house: House) -> None:
    house.second_city()
    first = house.json("GET", "/units?limit=3", house.token_of(3))
    rest = house.json("GET", f"/units?limit=3&after={first['next']}", house.token_of(3))
    found = {unit["code"]: unit["parent"] for unit in [*first["items"], *rest["items"]]}
    assert list(found) == ["BKD", "DIK", "DIK-SD", "DIK-SMP", "KES"]
    assert found["DIK-SD"] == str(house.unit("DIK"))
    assert rest["next"] is None


def test_an_administrator_sees_everyone_by_name(house: House) -> None:
    house.grant(1, "administrator")
    assert names(house, house.token_of(1)) == ["Ayu Admin", "Bima Kepala", "Citra Guru", "Dewi Guru", "Eko Perawat"]


def test_a_manager_sees_the_own_unit_and_what_stands_below_it(house: House) -> None:
    house.grant(2, "manager", "DIK")
    assert names(house, house.token_of(2)) == ["Bima Kepala", "Citra Guru", "Dewi Guru"]


def test_a_manager_no_longer_sees_who_moved_away(house: House) -> None:
    house.grant(2, "manager", "DIK")
    moved = roster(row(nip(3), "Citra Guru", unit="KES", job="PERAWAT", since=""))
    admin = house.token_of_machine("administrator")
    house.json("POST", "/roster-imports", admin, data=moved, headers={"Content-Type": "text/csv"})
    assert names(house, house.token_of(2)) == ["Bima Kepala", "Dewi Guru"]


def test_people_of_one_unit_can_be_asked_for(house: House) -> None:
    found = house.json("GET", f"/people?unit={house.unit('DIK-SD')}", house.token_of_machine("administrator"))
    assert [person["name"] for person in found["items"]] == ["Citra Guru"]
    assert found["items"][0]["has_account"] is False
    nowhere = house.json("GET", f"/people?unit={new_id()}", house.token_of_machine("administrator"))
    assert nowhere["items"] == []


def test_an_administrator_grants_roles_and_takes_them_back(house: House) -> None:
    token = house.token_of_machine("administrator")
    path = f"/people/{house.person(3)}/roles"
    wanted = [{"role": "trainer"}, {"role": "manager", "unit": str(house.unit("DIK"))}]
    given = house.json("PUT", path, token, json={"roles": wanted})["roles"]
    assert given == [{"role": "learner"}, {"role": "manager", "unit": str(house.unit("DIK"))}, {"role": "trainer"}]
    assert house.json("PUT", path, token, json={"roles": []})["roles"] == [{"role": "learner"}]
    acts = house.json("GET", f"/audit?subject=person/{house.person(3)}", token)["items"]
    granted = f"trainer manager/{house.unit('DIK')}"
    assert [(one["act"], one["details"]["roles"]) for one in acts] == [
        ("roles.granted", ""),
        ("roles.granted", granted),
    ]


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"role": "manager"}, "role-needs-unit"),
        ({"role": "trainer", "unit": "DIK"}, "role-takes-no-unit"),
        ({"role": "manager", "unit": str(new_id())}, "no-such-unit"),
        ({"role": "operator"}, "invalid"),
        ({"role": "learner"}, "invalid"),
        ({}, "invalid"),
    ],
)
def test_a_role_that_can_not_be_granted_says_why(house: House, wanted: dict[str, str], problem: str) -> None:
    if wanted.get("unit") == "DIK":
        wanted = {**wanted, "unit": str(house.unit("DIK"))}
    path = f"/people/{house.person(3)}/roles"
    answer = house.call("PUT", path, house.token_of_machine("administrator"), json={"roles": [wanted]})
    assert (answer.status_code, answer.get_json()["type"]) == (422, f"/problems/{problem}")


def test_an_administrator_makes_a_link_for_a_person(house: House) -> None:
    path = f"/people/{house.person(3)}/one-time-code"
    given = house.json("POST", path, house.token_of_machine("administrator"))
    assert given["link"].startswith("http://127.0.0.1:8080/api/identity/first-sign-in?code=")
    page = house.browser().get(given["link"].removeprefix("http://127.0.0.1:8080"))
    assert "Buat kata sandi" in page.text


def test_names_are_given_to_those_who_may_see_the_person(house: House) -> None:
    third, fifth = house.person(3), house.person(5)
    assert looked_up(house, house.token_of_machine("analyst"), third, fifth) == ["Citra Guru", "Eko Perawat"]
    assert looked_up(house, house.token_of(3), third, fifth) == ["Citra Guru"]
    house.grant(2, "manager", "DIK")
    assert looked_up(house, house.token_of(2), third, fifth, new_id()) == ["Citra Guru"]


def test_looking_up_a_name_is_noted_for_the_person(house: House) -> None:
    house.grant(2, "manager", "DIK")
    looked_up(house, house.token_of(2), house.person(2), house.person(3), house.person(5))
    with house.database.reading() as session:
        looks = select(accesses).where(accesses.c.operation == "identity.look_up_names")
        noted = [(look.person, look.reader, look.machine) for look in session.execute(looks)]
    assert noted == [(house.person(3), house.person(2), False)]


def test_a_look_up_gives_no_nip(house: House) -> None:
    token = house.token_of_machine("administrator")
    answer = house.call("POST", "/people/lookups", token, json={"ids": [str(house.person(3))]})
    assert nip(3) not in answer.text


@pytest.mark.parametrize("ids", [[], ["x"], [str(new_id()) for _ in range(201)], "x"])
def test_a_look_up_takes_1_to_200_ids(house: House, ids: object) -> None:
    answer = house.call("POST", "/people/lookups", house.token_of(3), json={"ids": ids})
    assert answer.status_code == 422
    assert "ids" in answer.get_json()["errors"]


def test_nips_become_ids_for_a_machine(house: House) -> None:
    asked = {"nips": [nip(3), nip(4), nip(3), nip(700)]}
    found = house.json("POST", "/people/nip-lookups", house.token_of_machine("analyst"), json=asked)
    assert found == {"ids": {nip(3): str(house.person(3)), nip(4): str(house.person(4))}, "nobody": 1}


def test_thousands_of_nips_are_looked_up_at_once(house: House) -> None:
    asked = {"nips": [f"{198001012005010000 + number}" for number in range(4_999)] + [nip(3)]}
    found = house.json("POST", "/people/nip-lookups", house.token_of_machine("administrator"), json=asked)
    assert (len(found["ids"]), found["nobody"]) == (1, 4_999)
    asked["nips"].append(nip(4))
    answer = house.call("POST", "/people/nip-lookups", house.token_of_machine("administrator"), json=asked)
    assert answer.status_code == 422


ENDPOINTS: list[tuple[str, str, object]] = [
    ("GET", "/me", None),
    ("GET", "/units", None),
    ("GET", "/tenants", None),
    ("GET", "/people", None),
    ("PUT", "/people/{third}/roles", {"roles": []}),
    ("POST", "/people/{third}/one-time-code", None),
    ("DELETE", "/people/{third}/sign-in-lock", None),
    ("POST", "/one-time-code-sheets", {"people": ["{third}"]}),
    ("GET", "/one-time-code-mails", None),
    ("POST", "/one-time-code-mails", {"people": ["{third}"]}),
    ("POST", "/staff", {"name": "Sari", "email": "sari@univ.example", "roles": ["trainer"]}),
    ("PUT", "/staff/{third}", {"name": "Sari", "email": "sari@univ.example"}),
    ("POST", "/people/{third}/erasure", {"person": "{third}", "reason": "asked_by_person"}),
    ("POST", "/people/lookups", {"ids": ["{third}"]}),
    ("POST", "/people/nip-lookups", {"nips": [nip(3)]}),
    ("POST", "/roster-imports", None),
    ("POST", "/roster-imports/{third}/departures", {"people": ["{third}"]}),
]


@pytest.mark.parametrize(("method", "path", "body"), ENDPOINTS)
def test_nobody_gets_in_without_a_token(house: House, method: str, path: str, body: object) -> None:
    answer = house.call(method, path.format(third=house.person(3)), json=body)
    assert (answer.status_code, answer.get_json()["type"]) == (401, "/problems/unauthenticated")


@pytest.mark.parametrize(("method", "path", "body"), [one for one in ENDPOINTS[2:] if "lookups" not in one[1]])
def test_a_learner_may_not_do_what_an_administrator_does(house: House, method: str, path: str, body: object) -> None:
    answer = house.call(method, path.format(third=house.person(3)), house.token_of(4), json=body)
    assert answer.status_code == 403


def test_a_learner_can_not_turn_nips_into_ids(house: House) -> None:
    assert house.call("POST", "/people/nip-lookups", house.token_of(4), json={"nips": [nip(3)]}).status_code == 403


@pytest.mark.parametrize("path", ["roles", "one-time-code"])
def test_a_manager_may_neither_grant_roles_nor_make_links(house: House, path: str) -> None:
    house.grant(2, "manager", "DIK")
    method = "PUT" if path == "roles" else "POST"
    answer = house.call(method, f"/people/{house.person(3)}/{path}", house.token_of(2), json={"roles": []})
    assert answer.status_code == 403


def test_another_city_sees_and_changes_nothing_of_this_one(house: House) -> None:
    stranger = house.token_of_machine("administrator", tenant=house.second_city())
    third = house.person(3)
    assert [unit["code"] for unit in house.json("GET", "/units", stranger)["items"]] == ["LAIN"]
    assert names(house, stranger) == ["Fajar Lain"]
    assert house.json("GET", f"/people?unit={house.unit('DIK')}", stranger)["items"] == []
    assert looked_up(house, stranger, third) == []
    assert house.json("POST", "/people/nip-lookups", stranger, json={"nips": [nip(3)]})["ids"] == {}
    assert house.call("PUT", f"/people/{third}/roles", stranger, json={"roles": []}).status_code == 404
    assert house.call("POST", f"/people/{third}/one-time-code", stranger).status_code == 404
    theirs = f"/people/{house.person(9)}/roles"
    wanted = {"roles": [{"role": "manager", "unit": str(house.unit("DIK"))}]}
    assert house.call("PUT", theirs, stranger, json=wanted).status_code == 422


@pytest.mark.parametrize("role", ["trainer", "analyst", "administrator", "operator"])
def test_whoever_works_on_courses_or_figures_finds_the_cities_and_providers(house: House, role: str) -> None:
    second = house.second_city()
    token = house.token_of_machine(role, tenant=NATIONAL if role == "operator" else second)
    first = house.json("GET", "/tenants?limit=1", token)
    shown = [*first["items"], *house.json("GET", f"/tenants?after={first['next']}", token)["items"]]
    assert [(one["code"], one["name"], one["kind"], one["zone"]) for one in shown] == [
        ("SMG", "Semarang", "city", "Asia/Jakarta"),
        ("TPI", "Tanjungpinang", "city", "Asia/Jakarta"),
    ]
    assert [one["id"] for one in shown] == [str(house.city), str(second)]


def test_an_operator_is_known_by_name_and_sees_no_person(house: House) -> None:
    token = house.token_of_machine("operator", tenant=NATIONAL)
    assert looked_up(house, token, house.person(3)) == []
    assert house.call("GET", "/people", token).status_code == 403
    assert house.json("GET", "/units", token)["items"] == []


def test_the_api_is_documented_with_what_it_refuses(house: House) -> None:
    paths = house.json("GET", "/openapi.json")["paths"]
    of_every_service = (["acts"], ["letters"], ["personal"])
    documented = {
        (method.upper(), re.sub(r"\{\w+\}", "{third}", path)): set(said["responses"])
        for path, methods in paths.items()
        for method, said in methods.items()
        if method != "parameters" and said["tags"] not in of_every_service
    }
    assert set(documented) == {(method, path) for method, path, _ in ENDPOINTS}
    assert all("401" in answers for answers in documented.values())
    assert {"413", "415", "422"} <= documented["POST", "/roster-imports"]


def test_a_person_of_a_second_city_signs_in_under_the_own_nip(house: House) -> None:
    tenant = house.second_city()
    house.register(9)
    browser = house.browser()
    assert sign_in(browser, 9).status_code == 303
    client_id, secret = house.site()
    returned = browser.get("/api/identity/authorize", query_string=asked_of(client_id))
    given = redeem(house, (client_id, secret), answered(returned)["code"]).get_json()
    assert house.json("GET", "/me", given["access_token"])["tenant"] == str(tenant)
