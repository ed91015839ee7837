"""`python -m deploy.demo.inventing`: writes the cities' rosters, job standards and assessment-centre results anew.

The people are invented: a seed, the offices of each city and parts of names give the same files every time. What
comes out is kept beside its input, so that a load depends on files that anybody can read and mend.
"""

import csv
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
SEED = 20260824
CITIES = ("semarang", "tanjungpinang", "tangerang-selatan")
NINE = ("INT", "KS", "KOM", "OPH", "PP", "PDOL", "MP", "PK", "PB")

CONTRACTS = ("2021-02-01", "2022-05-01", "2023-04-01", "2024-03-01", "2025-06-01")
ACTING_JOB, ACTING_SINCE = "KABID", "2026-03-02"
SHARE_OF_CONTRACTS = {"pelaksana": 0.55, "fungsional_terampil": 0.3, "fungsional_ahli_pertama": 0.3}
SHARE_WITHOUT_ADDRESS = 0.12
CENTRE_DAYS = (date(2025, 9, 16), date(2026, 2, 10), date(2026, 5, 19))
SHARE_ASSESSED = {"administrator": 1.0, "pengawas": 0.9, "fungsional_ahli_muda": 0.7, "fungsional_ahli_pertama": 0.25}

ROSTER = (
    *("nip", "nama", "email", "jenis_pegawai", "mulai_kontrak", "kode_unit", "unit", "kode_unit_induk", "jenis_unit"),
    *("kode_jabatan", "jabatan", "jenis_jabatan", "berlaku_sejak", "status_jabatan"),
)

Row = dict[str, str]


@dataclass(frozen=True)
class Unit:
    """An office or a part of one."""

    code: str
    name: str
    type: str
    parent: str = ""


def main() -> None:
    """Write the files of every city."""
    taken: set[str] = set()
    for city in CITIES:
        for name, rows in invented(city, taken).items():
            _write(HERE / city / name, rows)


def invented(city: str, taken: set[str]) -> dict[str, list[Row]]:
    """Give the rows of a city's files by their names. `taken` are the NIPs of other cities; those made are added."""
    luck = random.Random(f"{SEED}/{city}")  # noqa: S311  # Invented people, the same each time.
    roster = list(_roster(city, luck, taken))
    jobs = dict.fromkeys(row["kode_jabatan"] for row in roster)
    return {
        "roster.csv": roster,
        "job-standards.csv": [
            {"kode_jabatan": job, "kode_kompetensi": one, "tingkat": str(required(job)[one])}
            for job, one in product(jobs, NINE)
        ],
        "assessment-results.csv": list(_results(roster, luck)),
    }


@cache
def jobs() -> Mapping[str, Mapping[str, Any]]:
    """Give the jobs by their codes."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "jobs.yaml").read_text(encoding="utf-8"))
    return found


def required(job: str) -> dict[str, int]:
    """Give the level that a job asks for in each competency."""
    said = jobs()[job]
    return {one: said.get("more", {}).get(one, said["level"]) for one in NINE}


def _roster(city: str, luck: random.Random, taken: set[str]) -> Iterator[Row]:
    names = _names(city, luck)
    holders: dict[str, Row] = {}
    vacant: list[tuple[Unit, str]] = []
    for unit, job, acting in _places(city):
        if acting:
            vacant.append((unit, acting))
            continue
        person = _person(city, next(names), job, luck, taken)
        row = person | _post(unit, job, _since(person, luck))
        holders.setdefault(unit.code, row)
        yield row
    for unit, deputy in vacant:
        yield holders[deputy] | _post(unit, ACTING_JOB, ACTING_SINCE) | {"status_jabatan": "pelaksana_tugas"}


def _places(city: str) -> Iterator[tuple[Unit, str, str]]:
    """Give each place to fill: unit, job, and for a vacant head the unit whose head acts."""
    for said in yaml.safe_load((HERE / city / "offices.yaml").read_text(encoding="utf-8")):
        office = Unit(said["code"], said["name"], said["type"])
        yield office, said["head"], ""
        for part in said["parts"]:
            unit = Unit(f"{office.code}.{part['code']}", part["name"], part["type"], office.code)
            if "acting" in part:
                yield unit, "", f"{office.code}.{part['acting']}"
            for job, count in part["jobs"].items():
                for _ in range(count):
                    yield unit, job, ""


def _names(city: str, luck: random.Random) -> Iterator[str]:
    parts = yaml.safe_load((HERE / "names.yaml").read_text(encoding="utf-8"))
    pairs = [f"{given} {second}" for given, second in product(parts["given"][city], parts["second"])]
    luck.shuffle(pairs)
    return iter(pairs)


def _person(city: str, name: str, job: str, luck: random.Random, taken: set[str]) -> Row:
    kind = jobs()[job]["type"]
    address = f"{name.lower().replace(' ', '.')}@{city.replace('-', '')}.example"
    contract = luck.choice(CONTRACTS) if luck.random() < SHARE_OF_CONTRACTS.get(kind, 0) else ""
    return {
        "nip": _nip(kind, contract, luck, taken),
        "nama": name,
        "email": "" if luck.random() < SHARE_WITHOUT_ADDRESS else address,
        "jenis_pegawai": "PPPK" if contract else "PNS",
        "mulai_kontrak": contract,
    }


def _nip(kind: str, contract: str, luck: random.Random, taken: set[str]) -> str:
    """Make a NIP of the form that the roster asks for; serial numbers from 900 up mark invented people."""
    youngest, oldest = {"jpt_pratama": (1968, 1974), "administrator": (1970, 1982)}.get(kind, (1978, 1999))
    while True:
        born = date(youngest, 1, 1) + timedelta(luck.randrange((oldest - youngest + 1) * 365))
        since = max(born.year + luck.randint(22, 29), 1994)
        month = luck.choice(("01", "02", "03", "04", "12"))
        appointed = f"{contract[:4]}21" if contract else f"{min(since, 2023)}{month}"
        nip = f"{born:%Y%m%d}{appointed}{luck.choice('12')}{luck.randint(900, 999)}"
        if nip not in taken:
            taken.add(nip)
            return nip


def _since(person: Row, luck: random.Random) -> str:
    """Give the day on which somebody came to a post: that of the contract, or one after the appointment."""
    appointed = date(int(person["nip"][8:12]) + 1, 1, 2)
    moved = date(2020, 1, 2) + timedelta(luck.randrange(6 * 365))
    return person["mulai_kontrak"] or max(appointed, moved).isoformat()


def _post(unit: Unit, job: str, since: str) -> Row:
    return {
        "kode_unit": unit.code,
        "unit": unit.name,
        "kode_unit_induk": unit.parent,
        "jenis_unit": unit.type,
        "kode_jabatan": job,
        "jabatan": jobs()[job]["name"],
        "jenis_jabatan": jobs()[job]["type"],
        "berlaku_sejak": since,
        "status_jabatan": "utama",
    }


def _results(roster: Sequence[Row], luck: random.Random) -> Iterator[Row]:
    """Let an assessment centre find levels about those that the job asks for, more often below than above."""
    for row in roster:
        if row["status_jabatan"] != "utama" or luck.random() >= SHARE_ASSESSED.get(row["jenis_jabatan"], 0):
            continue
        day = luck.choice(CENTRE_DAYS).isoformat()
        for competency, wanted in required(row["kode_jabatan"]).items():
            found = wanted + luck.choices((-1, 0, 1), (35, 50, 15))[0]
            level = str(min(5, max(1, found)))
            common = {"nip": row["nip"], "kode_kompetensi": competency, "tingkat": level}
            yield common | {"peran": "assessment_centre", "tanggal": day}


def _write(path: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ROSTER if path.name == "roster.csv" else listed[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


if __name__ == "__main__":
    main()
