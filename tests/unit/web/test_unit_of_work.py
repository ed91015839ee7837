"""One request is one unit of work, and the edge settles it."""

from sqlalchemy import text

from tests.unit.web.tiny import OTHER_CITY, House, bearer


def test_what_a_view_did_is_stored_once_its_answer_has_left(house: House) -> None:
    answer = house.post_item("a lamp")

    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["title"] == "a lamp"
    assert house.titles() == ["a lamp"]


def test_a_commit_that_fails_becomes_a_problem_and_stores_nothing(house: House) -> None:
    answer = house.client.post("/odd/broken-promises")

    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert house.titles() == []
    assert house.post_item().status_code == 201


def test_an_exception_undoes_what_was_already_flushed(house: House) -> None:
    assert house.client.post("/odd/surprises").status_code == 500
    assert house.titles() == []


def test_an_answer_that_refuses_undoes_what_the_view_did(house: House) -> None:
    assert house.client.post("/odd/refusing-answers").status_code == 409
    assert house.titles() == []


def test_a_database_that_is_locked_asks_to_come_back_in_a_second(house: House) -> None:
    with house.database.writing() as other:
        other.execute(text("SELECT 1"))
        answer = house.post_item()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert house.titles() == []
    assert house.post_item().status_code == 201


def test_reading_needs_no_write_lock(house: House) -> None:
    house.add("a lamp")
    with house.database.writing() as other:
        other.execute(text("SELECT 1"))
        listed = house.client.get("/items", headers=bearer())
        counted = house.client.post("/items/searches", headers=bearer())

    assert (listed.status_code, counted.json) == (200, {"count": 1})


def test_a_get_that_writes_without_saying_so_is_found_out_instead_of_losing_its_row(house: House) -> None:
    assert house.client.get("/odd/careless-reads").status_code == 500
    assert house.client.get("/odd/careless-statements").status_code == 500
    assert house.titles() == []


def test_a_get_that_says_it_writes_may_write(house: House) -> None:
    assert house.client.get("/odd/audited-reads").status_code == 200
    assert house.titles() == ["audited"]


def test_two_who_write_the_same_at_once_get_a_conflict(house: House) -> None:
    answer = house.client.post("/odd/twins")

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["type"] == "/problems/written-at-once"


def test_a_caller_from_another_city_sees_nothing_of_this_one(house: House) -> None:
    [lamp] = house.add("a lamp")
    outsider = bearer("trainer", tenant=str(OTHER_CITY))

    listed = house.client.get("/items", headers=outsider)
    assert listed.json == {"items": [], "next": None}
    assert house.client.get(f"/items/{lamp}", headers=outsider).status_code == 404
    changed = house.client.put(f"/items/{lamp}", json={"title": "mine"}, headers={**outsider, "If-Match": '"1"'})
    assert changed.status_code == 404
    assert house.titles() == ["a lamp"]
