"""A city on the stage of a suite: its machine, its people who come one by one, and what they do."""

import csv
import json
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml

from deploy.background import wait_until
from deploy.demo.accounts import first_link, people_without_account
from deploy.demo.city import Loaded, load_city
from deploy.demo.keys import demo_keys
from deploy.demo.learner import Learner
from deploy.demo.load import CITY
from deploy.demo.origin import Visitor
from deploy.demo.sign_in import Site
from tests.journeys.suites import Suite

SECONDS_TO_ARRIVE = 30.0

Seen = TypeVar("Seen")


def eventually(look: Callable[[], Seen], holds: Callable[[Seen], bool]) -> Seen:
    """Look again and again until what is seen is as it should be. Fails with what was seen last."""
    seen: list[Seen] = []

    def is_there() -> bool:
        seen[:] = [look()]
        return holds(seen[0])

    assert wait_until(is_there, seconds=SECONDS_TO_ARRIVE, pause=0.02), f"It stayed at {seen[0]}."
    return seen[0]


@dataclass
class City:
    """A city that was loaded through the public interfaces."""

    folder: Path
    machine: Visitor
    site: Site
    loaded: Loaded

    @cached_property
    def _waiting(self) -> Iterator[str]:
        return iter([one["id"] for one in people_without_account(self.machine)])

    @cached_property
    def roster(self) -> list[dict[str, str]]:
        """The rows of its roster."""
        with (self.folder / "roster.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def newcomer(self, *, manages: str = "") -> Visitor:
        """Sign in somebody who never did before, as the manager of a unit if its id is given."""
        person = next(self._waiting)
        if manages:
            roles = [{"role": "manager", "unit": manages}]
            self.machine.put(f"identity/people/{person}/roles", json={"roles": roles})
        visitor = self.site.first_sign_in(first_link(self.machine, person), secrets.token_urlsafe(12))
        visitor.get("identity/me")
        return visitor

    def learn(self, visitor: Visitor) -> dict[str, Any]:
        """Let somebody take the course: hardly anything is right before, everything after. Give the enrolment."""
        luck = random.Random(7)  # noqa: S311  # Invented answers.
        return Learner(visitor, before=0.2, after=1.0, luck=luck).take_course(self.loaded)

    def figures(self) -> dict[str, Any]:
        """Give the figures of the course."""
        found: dict[str, Any] = self.machine.get(f"evaluation/courses/{self.loaded.course}/figures")
        return found

    def rows(self) -> list[dict[str, Any]]:
        """Give the rows behind the figures of the course."""
        return self.machine.all_of(f"evaluation/courses/{self.loaded.course}/figures/rows")


def city_on(suite: Suite, folder: Path = CITY) -> City:
    """Load the city of a folder into a suite."""
    city = yaml.safe_load((folder / "city.yaml").read_text())
    kept = suite.folder / city["code"]
    kept.mkdir()
    keys = demo_keys(kept, suite.origin, city, suite.settings)
    machine = suite.origin.machine(keys.machine, keys.secret)
    loaded = load_city(folder, machine, lambda _: None)
    return City(folder, machine, Site(suite.origin, keys.site, keys.returns_to), loaded)


def flow_at_rest(suite: Suite, service: str) -> dict[str, Any]:
    """Give how the flow of a service's events stands, once it waits for nothing."""

    def status() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(command_said(suite, service, "events", "status"))
        return found

    return eventually(status, lambda flow: not flow["outbox"]["waiting"] and not any(flow["lag"].values()))


def command_said(suite: Suite, service: str, *words: str) -> str:
    """Give what a command of a service printed. Fails with what it said when it did not succeed."""
    ended = suite.call(service, *words)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
