"""The sample places: three cities, and a university whose course all of them are offered."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Place:
    """A tenant of the demo, as its file says: what it is called, what it teaches, and who gets an account.

    `roster` is the form in which its people are sent; a provider has none.
    """

    folder: Path
    said: Mapping[str, Any]

    @property
    def code(self) -> str:
        return str(self.said["code"])

    @property
    def name(self) -> str:
        return str(self.said["name"])

    @property
    def zone(self) -> str:
        return str(self.said["zone"])

    @property
    def courses(self) -> list[Path]:
        """The folders of the courses that it owns."""
        return [self.folder if name == "." else HERE / "courses" / name for name in self.said["courses"]]

    @cached_property
    def roster(self) -> list[dict[str, str]]:
        """The rows of its roster."""
        return rows_in(self.folder / "roster.csv")

    def holder(self, role: str) -> dict[str, str]:
        """Give the roster's row of whoever gets the account of a role: the first who holds the job named for it."""
        wanted = self.said["accounts"][role]
        return next(
            row for row in self.roster if (row["kode_unit"], row["kode_jabatan"]) == (wanted["unit"], wanted["job"])
        )


def rows_in(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def place_in(folder: Path) -> Place:
    """Read the place of a folder."""
    name = "city.yaml" if (folder / "city.yaml").exists() else "provider.yaml"
    return Place(folder, yaml.safe_load((folder / name).read_text(encoding="utf-8")))


def cities() -> list[Place]:
    """Give the cities; the first one learns for 90 days."""
    return [place_in(HERE / name) for name in ("semarang", "tanjungpinang", "tangerang-selatan")]


def provider() -> Place:
    """Give the university."""
    return place_in(HERE / "universitas")
