"""Somebody leaves, comes back, or leaves with a role: from the roster to the sign-in."""

from datetime import date, timedelta

from tests.api.identity.conftest import House, code_of, nip, redeem, row, sign_in
from tests.api.identity.test_departures import AT, TODAY, WITHOUT_TWO, confirm
from tests.api.identity.test_pages import new_password
from tests.api.identity.test_roster_imports import posts_of, taken


def test_whoever_has_left_is_not_listed_again_and_comes_back_with_a_new_post(house: House) -> None:
    with house.telling(AT):
        confirm(house, taken(house, *WITHOUT_TWO, query="?complete=true")["id"], 4, 5)
        assert taken(house, *WITHOUT_TWO, query="?complete=true")["absent"] == []
    with house.telling(AT + timedelta(days=30)):
        back = row(nip(4), "Dewi Guru", unit="DIK-SMP", parent="DIK", since="2026-12-01")
        assert taken(house, back)["people"]["updated"] == 1
    assert [(first, last) for _, _, first, last in posts_of(house, 4)] == [
        (date(2026, 1, 5), TODAY),
        (date(2026, 12, 1), None),
    ]


def test_whoever_has_left_every_post_is_told_so_and_signs_in_no_more(house: House) -> None:
    house.register(3)
    client = house.site()
    token = redeem(house, client, code_of(house, client[0])).get_json()["refresh_token"]
    house.leave(3)
    answer = sign_in(house.browser(), 3)
    assert (answer.status_code, "Akun ini ditutup" in answer.text) == (422, True)
    assert "Akun ini ditutup" not in sign_in(house.browser(), 3, "bukan kata sandinya").text
    assert house.refresh(client, token).status_code == 400
    assert new_password(house, house.code_for(3), "kata sandi yang baru") == 422


def test_whoever_has_left_but_holds_a_role_still_signs_in(house: House) -> None:
    house.register(3)
    house.grant(3, "trainer")
    house.leave(3)
    assert sign_in(house.browser(), 3).status_code == 303
