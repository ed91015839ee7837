"""Cities with as many people as the work needs, who sign in one by one."""

import csv
import itertools
import secrets
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from deploy.demo.accounts import first_link, people_without_account
from deploy.demo.load import CITY
from deploy.demo.origin import Visitor
from tests.journeys.stage import City, city_on
from tests.journeys.suites import Suite


@dataclass(frozen=True)
class Newcomer:
    """Somebody of a city who has never signed in."""

    city: City
    person: str

    def sign_in(self) -> Visitor:
        """Set a password by a one-time link, which is asked for anew each time."""
        return self.city.site.first_sign_in(first_link(self.city.machine, self.person), secrets.token_urlsafe(12))


class Crowd:
    """The people of all cities, who come in turns, each once; safe to ask from several threads."""

    def __init__(self, suite: Suite, cities: int, people: int) -> None:
        self._numbers: Counter[str] = Counter()
        self._lock = threading.Lock()
        with (CITY / "roster.csv").open(newline="") as file:
            self._rows = [row for row in csv.DictReader(file) if row["status_jabatan"] == "utama"]
        copies = -(-people // (cities * len(self._rows)))
        self.cities = [city_on(suite, self._input(suite.folder, number, copies)) for number in range(1, cities + 1)]
        self._waiting = self._in_turns()

    def next(self) -> Newcomer | None:
        """Give who comes next; None when all have come."""
        with self._lock:
            return next(self._waiting, None)

    def _in_turns(self) -> Iterator[Newcomer]:
        lists = [[Newcomer(city, one["id"]) for one in people_without_account(city.machine)] for city in self.cities]
        for some in itertools.zip_longest(*lists):
            yield from (one for one in some if one is not None)

    def _input(self, folder: Path, number: int, copies: int) -> Path:
        """Write the input of a city like the sample one, whose people are others, and so many times as many."""
        place = folder / f"input-{number}"
        shutil.copytree(CITY, place)
        said = {"code": f"kota-{number}", "name": f"Kota {number}", "kind": "city", "zone": "Asia/Jakarta"}
        (place / "city.yaml").write_text(yaml.safe_dump(said))
        with (place / "roster.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, self._rows[0])
            writer.writeheader()
            writer.writerows(self._other(row) for _ in range(copies) for row in self._rows)
        return place

    def _other(self, row: dict[str, str]) -> dict[str, str]:
        """Give the row of somebody with the same post and birthday, under a number that nobody has."""
        stem = row["nip"][:-3]
        self._numbers[stem] += 1
        number = f"{self._numbers[stem]:03}"
        return row | {"nip": stem + number, "nama": f"Warga {number} {stem[:4]}", "email": ""}
