"""Whoever looks at a person in identity, by whatever view, leaves a trace for them."""

from uuid import UUID

from tests.api.identity.conftest import CITY_ROWS, House, nip, roster
from tests.api.identity.test_staff import SARI, administrator, register, university
from tests.api.personal import looks, views_that_show_people

__all__ = ["university"]


def test_whoever_shows_what_is_kept_of_a_person_leaves_a_trace_for_them(house: House) -> None:
    house.grant(1, "administrator")
    third, admin = house.person(3), house.token_of(1)
    house.json("GET", "/people", admin)
    house.json("POST", "/people/lookups", admin, json={"ids": [str(third)]})
    house.json("POST", "/people/nip-lookups", admin, json={"nips": [nip(3)]})
    house.grant(3, "manager", "DIK-SD")
    house.json("POST", f"/people/{third}/one-time-code", admin)
    house.call("POST", "/one-time-code-sheets", admin, json={"people": [str(third)]})
    house.write_to(3, "citra@semarang.example")
    house.json("POST", "/one-time-code-mails", admin, json={"people": [str(third)]})
    house.json("GET", "/one-time-code-mails", admin)
    without = roster(*(row for row in CITY_ROWS if nip(3) not in row))
    headers = {"Content-Type": "text/csv"}
    taken = house.json("POST", "/roster-imports?complete=true", admin, data=without, headers=headers)

    assert [one["person"] for one in taken["absent"]] == [str(third)]
    seen = {view for person, view in looks(house.database, house.city) if person == third}
    assert seen == views_that_show_people(house.app) - {"identity.put_staff"}
    assert {one["operation"] for one in house.json("GET", "/me/accesses", house.token_of(3))["items"]} == seen
    assert "identity.people" not in {one["operation"] for one in house.json("GET", "/me/accesses", admin)["items"]}, (
        "Looking at oneself is not noted."
    )


def test_whoever_changes_one_of_the_staff_leaves_a_trace_for_them(house: House, university: UUID) -> None:
    token = administrator(house, university)
    sari = register(house, token).get_json()
    told = {"name": "Sari Dewi", "email": SARI["email"]}
    assert house.call("PUT", f"/staff/{sari['id']}", token, json=told).status_code == 200
    assert (UUID(sari["id"]), "identity.put_staff") in looks(house.database, university)
