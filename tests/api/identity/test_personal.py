"""What identity tells people about themselves, and about who looked at what it keeps of them."""

from shared.events.identity import PersonAssigned
from shared.ids import new_id
from tests.api.identity.conftest import House, code_of, nip, redeem
from tests.api.serving import said


def test_a_person_takes_along_every_row_without_a_secret_and_nobody_elses(house: House) -> None:
    house.register(3)
    house.grant(3, "manager", "DIK-SD")
    site = house.site()
    tokens = redeem(house, site, code_of(house, site[0])).get_json()
    taken = house.call("GET", "/me/data", house.token_of(3))
    sections = taken.get_json()["sections"]
    with_rows = {name for name, rows in sections.items() if rows}

    assert {"accounts", "browser_sessions", "directory", "people", "posts", "role_grants"} <= with_rows
    assert {"refresh_tokens", "token_families", "events"} <= with_rows
    assert [row["nip"] for row in sections["people"]] == [nip(3)]
    assert "argon2" not in taken.text
    assert tokens["refresh_token"] not in taken.text
    assert [number for number in (1, 2, 4, 5) if str(house.person(number)) in taken.text] == []


def test_the_event_of_an_assignment_is_shown_to_the_person_and_to_those_above(house: House) -> None:
    third = house.person(3)
    event = next(one for one in said(house.database, house.city, PersonAssigned) if one.person == third)
    path = f"/events/{event.id}"
    house.grant(2, "manager", "DIK")
    house.grant(5, "manager", "KES")

    assert house.json("GET", path, house.token_of(3))["data"]["person"] == str(third)
    insiders = [house.token_of(2), house.token_of_machine("administrator"), house.token_of_machine("analyst")]
    assert {house.call("GET", path, one).status_code for one in insiders} == {200}
    outsiders = [house.token_of(4), house.token_of(5), house.token_of_machine("trainer")]
    outsiders += [house.token_of_machine("administrator", tenant=one) for one in (house.second_city(), new_id())]
    assert {house.call("GET", path, one).status_code for one in outsiders} == {404}
