"""A request that is sent again is not done again."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from shared import clock
from shared.plumbing import requests
from shared.web.idempotency import forget_old_requests
from tests.unit.web.tiny import OTHER_CITY, House, bearer

AGAIN = {"Idempotency-Key": "the-first-lamp"}


def kept(house: House) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(requests)) or 0


def test_the_second_time_gives_the_first_answer(house: House) -> None:
    first = house.post_item("a lamp", **AGAIN)
    second = house.post_item("a lamp", **AGAIN)

    assert (second.status_code, second.json) == (201, first.json)
    assert second.headers["Location"] == first.headers["Location"]
    assert second.mimetype == "application/json"
    assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (None, "true")
    assert house.titles() == ["a lamp"]


def test_a_key_taken_for_another_request_is_refused(house: House) -> None:
    house.post_item("a lamp", **AGAIN)
    answer = house.post_item("a chair", **AGAIN)

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["type"] == "/problems/idempotency-key-reused"
    assert house.titles() == ["a lamp"]


def test_the_same_key_of_another_person_or_city_is_another_key(house: House) -> None:
    house.post_item("a lamp", **AGAIN)
    for other in (bearer("trainer", sub=str(OTHER_CITY)), bearer("trainer", tenant=str(OTHER_CITY))):
        assert house.post_item("a lamp", **{**AGAIN, **other}).status_code == 201

    assert len(house.titles()) == 3


def test_without_a_key_each_request_counts(house: House) -> None:
    house.post_item()
    house.post_item()

    assert len(house.titles()) == 2
    assert kept(house) == 0


def test_a_refusal_is_not_kept_so_that_it_can_be_mended(house: House) -> None:
    assert house.post_item("", **AGAIN).status_code == 422
    assert house.post_item("a lamp", **AGAIN).status_code == 201


def test_a_crash_before_the_commit_loses_effect_and_answer_together(house: House) -> None:
    @event.listens_for(house.database.engine, "commit", once=True)
    def crash(_: object) -> None:
        raise ConnectionError("the machine went away")

    assert house.post_item("a lamp", **AGAIN).status_code == 500
    assert (house.titles(), kept(house)) == ([], 0)
    assert house.post_item("a lamp", **AGAIN).status_code == 201


def test_two_at_once_are_done_once(house: House) -> None:
    answers: list[int] = []
    together = threading.Barrier(2)

    def ask() -> None:
        together.wait()
        answers.append(house.post_item("a lamp", **AGAIN).status_code)

    pair = [threading.Thread(target=ask) for _ in range(2)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()

    # The second waits for the first; where it waited too long it is told to come back, and nothing is done twice.
    assert set(answers) <= {201, 503}
    assert 201 in answers
    assert house.titles() == ["a lamp"]


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 81])
def test_a_key_is_visible_ascii(quiet_house: House, key: str) -> None:
    assert quiet_house.post_item("a lamp", **{"Idempotency-Key": key}).status_code == 422


def test_a_view_may_insist_on_a_key(house: House) -> None:
    answer = house.client.post("/odd/payments", headers=bearer())

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["type"] == "/problems/idempotency-key-missing"
    assert house.client.post("/odd/payments", headers={**bearer(), **AGAIN}).status_code == 200


def test_kept_answers_are_forgotten_after_a_day(house: House) -> None:
    house.post_item("a lamp", **AGAIN)
    with clock.telling(clock.now() + timedelta(hours=23)), house.database.writing() as session:
        forget_old_requests(session)
    assert kept(house) == 1
    with clock.telling(clock.now() + timedelta(hours=25)), house.database.writing() as session:
        forget_old_requests(session)
    assert kept(house) == 0
