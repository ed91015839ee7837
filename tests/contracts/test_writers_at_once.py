"""Several threads that change one row of an SQLite database lose no change."""

import threading

from shared.database import Database
from shared.ids import new_id
from tests.unit.shared.test_database import CITY, Counter, database

__all__ = ["database"]


def test_two_writers_at_once_lose_no_update(database: Database) -> None:
    key = new_id()
    with database.writing() as session:
        session.add(Counter(id=key, tenant=CITY, value=0))

    def count_up() -> None:
        for _ in range(50):
            with database.writing() as session:
                counter = session.get_one(Counter, key)
                counter.value += 1

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.get_one(Counter, key).value == 400
