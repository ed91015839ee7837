"""What the web edge promises where SQLite and PostgreSQL differ: locks, row counts, commits that fail."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.postgres.server import Server
from tests.unit.web.tiny import House, bearer, open_house

PREFIX = "web_edge_"


@pytest.fixture
def house(postgres_server: Server, tmp_path: Path) -> Iterator[House]:
    postgres_server.create_databases(PREFIX, ["tiny"])
    opened = open_house(tmp_path, database_web=postgres_server.url("owner", PREFIX))
    yield opened
    opened.database.close()
    postgres_server.drop_databases(PREFIX, ["tiny"])


def test_eight_at_once_with_one_idempotency_key_are_done_once(house: House) -> None:
    answers: list[tuple[int, object]] = []
    together = threading.Barrier(8)

    def ask() -> None:
        client, headers = house.app.test_client(), {**bearer("trainer"), "Idempotency-Key": "one"}
        together.wait()
        answer = client.post("/items", json={"title": "a lamp"}, headers=headers)
        answers.append((answer.status_code, answer.get_data(as_text=True)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert house.titles() == ["a lamp"]
    assert len(answers) == 8
    assert {status for status, _ in answers} == {201}
    assert len({body for _, body in answers}) == 1


def test_a_commit_that_fails_becomes_a_problem_and_stores_nothing(house: House) -> None:
    assert house.client.post("/odd/broken-promises").status_code == 500
    assert house.titles() == []
    assert house.post_item().status_code == 201


def test_two_who_write_the_same_at_once_get_a_conflict(house: House) -> None:
    assert house.client.post("/odd/twins").status_code == 409


def test_pages_follow_each_other_to_the_end(house: House) -> None:
    house.add("d", "b", "a", "c", "e")
    seen: list[str] = []
    after = ""
    while after is not None:
        shown = house.client.get(f"/items?limit=2{after and f'&after={after}'}", headers=bearer()).json
        assert shown is not None
        seen += [item["title"] for item in shown["items"]]
        after = shown["next"]

    assert seen == ["a", "b", "c", "d", "e"]
