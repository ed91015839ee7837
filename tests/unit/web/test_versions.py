"""Two people who edit the same thing do not overwrite each other."""

import pytest

from tests.unit.web.tiny import House, bearer


def test_a_change_made_from_the_current_version_is_taken(house: House) -> None:
    [lamp] = house.add("a lamp")
    read = house.client.get(f"/items/{lamp}", headers=bearer())
    headers = {**bearer("trainer"), "If-Match": read.headers["ETag"]}
    changed = house.client.put(f"/items/{lamp}", json={"title": "a big lamp"}, headers=headers)

    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert house.titles() == ["a big lamp"]


def test_a_change_made_from_an_older_version_is_refused(house: House) -> None:
    [lamp] = house.add("a lamp")
    headers = {**bearer("trainer"), "If-Match": '"1"'}
    house.client.put(f"/items/{lamp}", json={"title": "mine"}, headers=headers)
    late = house.client.put(f"/items/{lamp}", json={"title": "yours"}, headers=headers)

    assert late.status_code == 412
    assert late.json is not None
    assert late.json["type"] == "/problems/stale"
    assert house.titles() == ["mine"]


@pytest.mark.parametrize("said", [None, "*"])
def test_a_change_must_say_what_it_was_made_from(house: House, said: str | None) -> None:
    [lamp] = house.add("a lamp")
    headers = {**bearer("trainer"), **({"If-Match": said} if said else {})}
    answer = house.client.put(f"/items/{lamp}", json={"title": "mine"}, headers=headers)

    assert answer.status_code == 428
    assert house.titles() == ["a lamp"]


@pytest.mark.parametrize("said", ["1", 'W/"1"', '"1", "2"', '"١"', '"' + "9" * 30 + '"'])
def test_what_is_no_version_is_stale(house: House, said: str) -> None:
    [lamp] = house.add("a lamp")
    headers = {**bearer("trainer"), "If-Match": said.encode().decode("latin-1")}

    assert house.client.put(f"/items/{lamp}", json={"title": "mine"}, headers=headers).status_code == 412


def test_what_has_not_changed_is_not_sent_again(house: House) -> None:
    [lamp] = house.add("a lamp")
    answer = house.client.get(f"/items/{lamp}", headers={**bearer(), "If-None-Match": '"1"'})

    assert (answer.status_code, answer.data) == (304, b"")
    assert house.client.get(f"/items/{lamp}", headers={**bearer(), "If-None-Match": '"0"'}).status_code == 200


def test_versions_are_documented(quiet_house: House) -> None:
    document = quiet_house.client.get("/openapi.json").json

    assert document is not None
    change = document["paths"]["/items/{item_id}"]["put"]
    assert {"If-Match"} == {one["name"] for one in change["parameters"]}
    assert {"412", "428"} <= set(change["responses"])
    assert "ETag" in document["paths"]["/items/{item_id}"]["get"]["responses"]["200"]["headers"]
