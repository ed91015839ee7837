"""`python -m deploy.demo.load`: fills a running suite with the sample city, and plays learners through its course."""

import csv
import os
import random
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import yaml
from rich.console import Console
from rich.progress import track

from deploy.demo.city import Loaded, load_city, load_course
from deploy.demo.keys import IDENTITY, demo_keys, identity_option
from deploy.demo.learner import Learner
from deploy.demo.origin import Origin, Visitor, spoken_to, suite_address
from deploy.demo.sign_in import Site

CITY = Path(__file__).parent / "semarang"
COURSES = Path(__file__).parent / "courses"
ACCOUNTS = "demo-accounts.txt"
SEED = 20261122
LEARNERS = 24


@click.command()
@click.option("--origin", default=suite_address)
@click.option("--folder", type=click.Path(path_type=Path), default=lambda: os.environ.get("WIYATA_FOLDER", "var"))
@identity_option
def main(origin: str, folder: Path, identity: Sequence[str]) -> None:
    """Load the sample city into the suite at ORIGIN; keep the accounts that were made in FOLDER."""
    there = Origin(origin)
    with spoken_to(there):
        load(there, folder, identity)


def load(origin: Origin, folder: Path, identity: Sequence[str] = IDENTITY) -> None:
    """Load the city, then play learners unless that was done before."""
    console = Console()
    city = yaml.safe_load((CITY / "city.yaml").read_text())
    keys = demo_keys(folder, origin, city, identity=identity)
    machine = origin.machine(keys.machine, keys.secret)
    console.print(f"[bold]{city['name']}[/bold]")

    def say(line: str) -> None:
        console.print(f"  {line}")

    loaded = load_city(CITY, machine, say)
    for course in sorted(COURSES.iterdir()):
        load_course(course, machine, say)
    site = Site(origin, keys.site, keys.returns_to)
    done = machine.get(f"evaluation/courses/{loaded.course}/figures")["enrolled"]
    if done < LEARNERS:
        _play(people_without_account(machine)[: LEARNERS - done], machine, site, loaded, folder)
    console.print(f"  learners: {LEARNERS} have taken the course")
    console.print(f"  accounts: {folder / ACCOUNTS}")


def first_link(machine: Visitor, person: str) -> str:
    """Ask, as an administrator, for the link with which a person sets the first password."""
    link: str = machine.post(f"identity/people/{person}/one-time-code")["link"]
    return link


def people_without_account(machine: Visitor) -> list[dict[str, Any]]:
    """Give the people of the city who have never signed in, in the order of their ids."""
    return [one for one in machine.all_of("identity/people") if not one["has_account"]]


def _play(people: Sequence[dict[str, Any]], machine: Visitor, site: Site, loaded: Loaded, folder: Path) -> None:
    nips = _nips(machine)
    for person in track(people, description="  learners take the course"):
        luck = random.Random(f"{SEED}/{nips[person['id']]}")  # noqa: S311  # Invented results, the same each time.
        password = secrets.token_urlsafe(12)
        _note_account(folder, nips[person["id"]], password)
        visitor = site.first_sign_in(first_link(machine, person["id"]), password)
        before = min(0.9, max(0.15, luck.gauss(0.45, 0.15)))
        Learner(visitor, before, min(0.98, before + luck.uniform(0.2, 0.45)), luck).take_course(loaded)


def _nips(machine: Visitor) -> dict[str, str]:
    """Give the NIP of every person of the roster, by id."""
    with (CITY / "roster.csv").open(newline="") as file:
        nips = sorted({row["nip"] for row in csv.DictReader(file)})
    found = machine.post("identity/people/nip-lookups", json={"nips": nips})["ids"]
    return {person: nip for nip, person in found.items()}


def _note_account(folder: Path, name: str, password: str) -> None:
    """Keep an account before it is made, in a file that its owner alone can read."""
    with os.fdopen(os.open(folder / ACCOUNTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write(f"{name} {password}\n")


if __name__ == "__main__":
    main()
