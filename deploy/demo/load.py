"""`python -m deploy.demo.load`: fills a running suite with the sample places, and lets some people learn today."""

import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo.accounts import Account, Registry, first_link, operator_account, people_without_account, write_accounts
from deploy.demo.city import (
    Loaded,
    load_course,
    load_framework,
    load_people,
    load_results,
    plan_class,
    publish_course,
)
from deploy.demo.keys import ON_THIS_MACHINE, CommandLine, Keys, identity_option, keys_of_all
from deploy.demo.learner import Learner
from deploy.demo.origin import Origin, Visitor, spoken_to, suite_address
from deploy.demo.places import HERE, Place, cities, provider
from deploy.demo.sign_in import Site

CITY = HERE / "semarang"
SEED = 20261122
LEARNERS = 24

Work = Iterator[tuple[str, Callable[[], None]]]
"""What is to be done, part by part, each with its name."""


@click.command()
@click.option("--origin", default=suite_address)
@click.option("--folder", type=click.Path(path_type=Path), default=lambda: os.environ.get("WIYATA_FOLDER", "var"))
@identity_option
def main(origin: str, folder: Path, identity: Sequence[str]) -> None:
    """Load the sample places into the suite at ORIGIN; keep the accounts that were made in FOLDER."""
    there, console = Origin(origin), Console()
    with spoken_to(there):
        stage = Loader(there, folder, console, CommandLine(identity)).load()
        console.print("Past days are played by `make run` alone, in a process of its own. Here people learn today.")
        learn_today(stage, console)
        console.print(f"  accounts: {stage.accounts}")


@dataclass(frozen=True)
class Stage:
    """The city that learns: where, its clients and people, the courses of its people by code, and the list of accounts.

    `home` is the city's own course.
    """

    origin: Origin
    place: Place
    keys: Keys
    courses: Mapping[str, Loaded]
    home: Loaded
    accounts: Path

    def machine(self) -> Visitor:
        """Give the city's machine."""
        return self.origin.machine(self.keys.machine, self.keys.secret)

    def site(self) -> Site:
        """Give the site that the demo's people sign in to."""
        return Site(self.origin, self.keys.site, self.keys.returns_to)


class Loader:
    """Loads everything into one suite; a second time changes nothing."""

    def __init__(
        self, origin: Origin, folder: Path, console: Console, command_line: CommandLine = ON_THIS_MACHINE
    ) -> None:
        self._origin, self._folder, self._console, self._command_line = origin, folder, console, command_line
        self._cities, self._provider = cities(), provider()
        self._keys: dict[str, Keys] = {}
        self._offered: list[Loaded] = []
        self._courses: dict[str, list[Loaded]] = defaultdict(list)
        self._accounts: dict[str, list[Account]] = {}

    def load(self) -> Stage:
        """Load all places. Raises `Refused`."""
        first, *others = self._cities
        with bar(self._console) as progress, ThreadPoolExecutor(1) as meanwhile:
            task = progress.add_task("the demo's clients", total=None)
            self._register([self._provider, first])
            later = meanwhile.submit(self._register, others)
            work = [*self._begin(first), ("the demo's clients", later.result), *self._end(others)]
            progress.update(task, total=len(work))
            for name, act in work:
                progress.update(task, description=name)
                act()
                progress.advance(task)
            progress.update(task, description="three cities and a university")
        return Stage(
            self._origin,
            first,
            self._keys[first.code],
            {one.code: one for one in self._courses[first.code]},
            self._courses[first.code][0],
            self._write_accounts(),
        )

    def _register(self, places: Sequence[Place]) -> None:
        said = [one.said for one in places]
        keys = keys_of_all(self._folder, self._origin, said, self._command_line)
        self._keys |= {place.code: one for place, one in zip(places, keys, strict=True)}

    def _begin(self, first: Place) -> Work:
        yield self._provider.name, self._load_provider
        yield from self._city(first)

    def _end(self, others: Sequence[Place]) -> Work:
        for place in others:
            yield f"{place.name}: an offer", partial(self._offer_to, place)
            yield from self._city(place)
        yield "the operator", self._add_operator

    def _city(self, place: Place) -> Work:
        yield f"{place.name}: people", partial(self._load_people, place)
        yield f"{place.name}: accounts", partial(self._make_accounts, place)
        for folder in place.courses:
            yield f"{place.name}: courses", partial(self._load_course, place, folder)
        yield f"{place.name}: courses offered to it", partial(self._take_offers, place)
        yield f"{place.name}: assessment centre", partial(self._load_results, place)

    def _load_provider(self) -> None:
        machine = self._machine(self._provider)
        load_framework(self._provider.folder, machine, _quiet)
        self._make_accounts(self._provider)
        for folder in self._provider.courses:
            trainers = self._trainers(self._provider)
            self._offered.append(publish_course(folder, machine, _quiet, trainers=trainers))
        self._offer_to(self._cities[0])

    def _offer_to(self, place: Place) -> None:
        machine = self._machine(self._provider)
        for one in self._offered:
            machine.put(f"catalogue/courses/{one.course}/offers/{self._keys[place.code].tenant}")

    def _load_people(self, place: Place) -> None:
        load_people(place.folder, self._machine(place), _quiet, form=str(place.said["roster"]))

    def _load_results(self, place: Place) -> None:
        load_results(place.folder, self._machine(place), _quiet)

    def _load_course(self, place: Place, folder: Path) -> None:
        trainers = self._trainers(place)
        self._courses[place.code].append(load_course(folder, self._machine(place), _quiet, trainers=trainers))

    def _trainers(self, place: Place) -> list[str]:
        return [one.person for one in self._accounts[place.code] if one.role == "trainer"]

    def _take_offers(self, place: Place) -> None:
        machine = self._machine(place)
        for one in self._offered:
            class_ = plan_class(machine, one.code, one.course)
            self._courses[place.code].append(replace(one, class_=class_))

    def _make_accounts(self, place: Place) -> None:
        registry = Registry(self._origin, place, self._keys[place.code])
        made = registry.of_provider() if place is self._provider else registry.of_city()
        self._accounts[place.code] = list(made)

    def _add_operator(self) -> None:
        keys = self._keys[self._cities[0].code]
        self._accounts[""] = [operator_account(self._command_line, self._origin, keys)]

    def _write_accounts(self) -> Path:
        order = [*(one.code for one in self._cities), self._provider.code, ""]
        return write_accounts(self._folder, (one for code in order for one in self._accounts[code]))

    def _machine(self, place: Place) -> Visitor:
        return self._origin.machine(self._keys[place.code].machine, self._keys[place.code].secret)


def learn_today(stage: Stage, console: Console) -> None:
    """Let people take the city's own course now, unless enough of them have done so before."""
    machine, site = stage.machine(), stage.site()
    done = machine.get(f"evaluation/courses/{stage.home.course}/figures")["enrolled"]
    people = people_without_account(machine)[: max(0, LEARNERS - done)]
    with bar(console) as progress:
        named = progress.track(people, description="people take a course") if people else ()
        for number, person in enumerate(named, start=done):
            luck = random.Random(f"{SEED}/{number}")  # noqa: S311  # Invented results.
            password = stage.keys.password_of(person["id"])
            visitor = site.first_sign_in(first_link(machine, person["id"]), password)
            before = min(0.9, max(0.15, luck.gauss(0.45, 0.15)))
            Learner(visitor, before, min(0.98, before + luck.uniform(0.2, 0.45)), luck).take_course(stage.home)


def bar(console: Console) -> Progress:
    """Give a progress bar: what is being done, how much of it is, and for how long."""
    return Progress(
        TextColumn("  {task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


def _quiet(_: str) -> None: ...


if __name__ == "__main__":
    main()
