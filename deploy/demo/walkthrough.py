"""`python -m deploy.demo.walkthrough`: a fresh learner's whole journey over HTTP, and what it moved."""

import os
import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from deploy.demo.accounts import first_link, people_without_account
from deploy.demo.city import Loaded, ids_of, load_city
from deploy.demo.keys import IDENTITY, demo_keys, identity_option
from deploy.demo.learner import Learner
from deploy.demo.origin import Origin, Refused, Visitor, spoken_to, suite_address
from deploy.demo.places import Place, cities, rows_in
from deploy.demo.sign_in import Site

PATIENCE = 30.0
COMPETENCY = "PP"


@click.command()
@click.option("--origin", default=suite_address)
@click.option("--folder", type=click.Path(path_type=Path), default=lambda: os.environ.get("WIYATA_FOLDER", "var"))
@identity_option
def main(origin: str, folder: Path, identity: Sequence[str]) -> None:
    """Take the sample course as somebody who has never signed in, and show profile, JP and figures before and after."""
    there = Origin(origin)
    with spoken_to(there):
        walk(there, folder, identity)


def walk(origin: Origin, folder: Path, identity: Sequence[str] = IDENTITY) -> None:
    """Do the journey. Raises `Refused` where the suite does, or where the figures do not move."""
    console = Console()
    place = cities()[0]
    keys = demo_keys(folder, origin, place.said, identity=identity)
    machine = origin.machine(keys.machine, keys.secret)
    loaded = load_city(place.folder, machine, lambda _: None)
    link = first_link(machine, _newcomer(place, machine))
    visitor = Site(origin, keys.site, keys.returns_to).first_sign_in(link, secrets.token_urlsafe(12))
    before = _seen(visitor, machine, loaded)
    learner = Learner(visitor, before=0.3, after=0.95, luck=random.Random(7))  # noqa: S311  # Invented answers.
    learner.take_course(loaded)
    handed_in = time.perf_counter()
    after = _moved(visitor, machine, loaded, before)
    seconds = time.perf_counter() - handed_in
    console.print(_table(before, after))
    console.print(f"From the answer to the last hand-in to profile, JP and figures: {seconds * 1000:.0f} ms")


def _newcomer(place: Place, machine: Visitor) -> str:
    """Give somebody who never signed in, and whom no assessment centre has seen: the level will be the course's."""
    assessed = set(ids_of([row["nip"] for row in rows_in(place.folder / "assessment-results.csv")], machine).values())
    fresh = [one["id"] for one in people_without_account(machine) if one["id"] not in assessed]
    if not fresh:
        raise Refused("Everybody in the roster has an account already. `make clean`, then `make run`, begins anew.")
    return str(fresh[0])


@dataclass(frozen=True)
class Seen:
    """What a learner sees of themselves, and an analyst of the course."""

    level: int | None
    gap: int | None
    jp: str
    figures: dict[str, Any]

    def moved_since(self, before: "Seen") -> bool:
        """Whether the profile, the learning hours and the figures all show the completion."""
        completed = self.figures["completed"] > before.figures["completed"]
        return completed and self.jp != before.jp and self.level is not None and self.level != before.level


def _seen(visitor: Visitor, machine: Visitor, loaded: Loaded) -> Seen:
    profile = visitor.get("evaluation/me/profile")["competencies"]
    line = next((one for one in profile if one["competency"] == COMPETENCY), {"level": None, "gap": None})
    hours = visitor.get("evaluation/me/learning-hours")
    return Seen(line["level"], line["gap"], hours["jp"], machine.get(f"evaluation/courses/{loaded.course}/figures"))


def _moved(visitor: Visitor, machine: Visitor, loaded: Loaded, before: Seen) -> Seen:
    """Ask again and again until everything has moved."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        now = _seen(visitor, machine, loaded)
        if now.moved_since(before):
            return now
    raise Refused(f"Profile, JP and figures have not all moved within {PATIENCE:.0f} s.")


def _table(before: Seen, after: Seen) -> Table:
    table = Table("", "before", "after")
    table.add_row(f"level in {COMPETENCY}", _level(before), _level(after))
    table.add_row("gap for the post", str(before.gap), str(after.gap))
    table.add_row("JP this year", before.jp, after.jp)
    for name in ("enrolled", "completed", "display", "n"):
        table.add_row(f"course: {name}", str(before.figures[name]), str(after.figures[name]))
    table.add_row("course: gain", _gain(before.figures), _gain(after.figures))
    table.add_row("course: g", _rounded(before.figures["g"]), _rounded(after.figures["g"]))
    table.add_row("course: as of", str(before.figures["as_of"]), str(after.figures["as_of"]))
    return table


def _level(seen: Seen) -> str:
    return "not assessed" if seen.level is None else str(seen.level)


def _gain(figures: dict[str, Any]) -> str:
    gain = figures["gain"]
    if gain is None:
        return "not shown"
    low, high = gain["interval"]
    return f"{gain['mean'] / 100:.1f} points [{low / 100:.1f}, {high / 100:.1f}]"


def _rounded(value: float | None) -> str:
    return "not shown" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    main()
