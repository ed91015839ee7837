"""The demo: three cities and a university are loaded, and past days of one city are played, over HTTP alone."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from io import StringIO

import pytest
from rich.console import Console

from deploy.demo.city import ids_of
from deploy.demo.keys import IDENTITY, CommandLine, Keys, kept_keys
from deploy.demo.load import Loader, Stage
from deploy.demo.origin import Visitor
from deploy.demo.past import own_suite
from deploy.demo.past_days import days_of, syllabi
from deploy.demo.places import cities, provider
from deploy.demo.play import Play
from deploy.demo.timetable import Step
from shared import clock
from tests.backing import scratch_folder
from tests.journeys.stage import eventually
from tests.journeys.suites import Suite, embedded

FIRST = date(2026, 8, 24)
DAYS_PLAYED = 10


@dataclass
class Demo:
    """A suite into which the demo was loaded."""

    suite: Suite
    stage: Stage

    @cached_property
    def keys(self) -> dict[str, Keys]:
        return kept_keys(self.suite.folder)

    def machine(self, code: str) -> Visitor:
        return self.suite.origin.machine(self.keys[code].machine, self.keys[code].secret)

    def loader(self) -> Loader:
        command_line = CommandLine(IDENTITY, self.suite.settings)
        return Loader(self.suite.origin, self.suite.folder, Console(file=StringIO()), command_line)

    @cached_property
    def steps(self) -> list[list[Step]]:
        """The steps of the first days, day by day."""
        by_day = days_of(self.stage.place, syllabi(self.stage), FIRST)
        return [by_day.get(FIRST + timedelta(number), []) for number in range(DAYS_PLAYED)]

    def play(self, *, begin: int = 0) -> None:
        """Play the first days from one on, as a process does that was started after the others were played."""
        machine = self.stage.machine()
        people = ids_of([row["nip"] for row in self.stage.place.roster], machine)
        names = {person: nip for nip, person in people.items()}
        there = {names[one["id"]] for one in machine.all_of("identity/people") if one["has_account"]}
        lessons = {one.code: len(one.minutes) for one in syllabi(self.stage)}
        with own_suite() as origin:
            play = Play(origin, self.stage.keys, people, self.stage.courses, lessons, there)
            for steps in self.steps[:begin]:
                play.remember(steps)
            for steps in self.steps[begin:]:
                play.play_day(steps)

    def enrolled(self) -> int:
        """Count the enrolments of the first city that figures know."""
        machine = self.stage.machine()
        figures = [machine.get(f"evaluation/courses/{one.course}/figures") for one in self.stage.courses.values()]
        return sum(one["enrolled"] for one in figures)

    def learning_of(self, nip: str) -> list[datetime]:
        """Give the moments at which somebody marked a lesson, or began or handed in an attempt."""
        learner = self.stage.site().sign_in(nip, self.stage.keys.password_of(nip))
        found = []
        for one in learner.all_of("enrolment/me/enrolments"):
            attempts = learner.all_of(f"assessment/enrolments/{one['id']}/attempts")
            found += [lesson["marked_at"] for lesson in one["lessons"]]
            found += [attempt[moment] for attempt in attempts for moment in ("started_at", "handed_in_at")]
        return sorted(datetime.fromisoformat(moment) for moment in found if moment)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    folder = scratch_folder()
    suite = embedded(folder)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in suite.settings.items():
            environment.setenv(name, value)
        try:
            suite.start()
            command_line = CommandLine(IDENTITY, suite.settings)
            stage = Loader(suite.origin, folder, Console(file=StringIO()), command_line).load()
            yield Demo(suite, stage)
        finally:
            suite.kill()
            suite.front.close()
            shutil.rmtree(folder, ignore_errors=True)


def test_every_place_has_its_people_and_its_courses_and_is_offered_that_of_the_university(demo: Demo) -> None:
    for place in cities():
        machine = demo.machine(place.code)
        courses = {one["code"] for one in machine.all_of("catalogue/courses")}
        assert len(machine.all_of("identity/people")) == len({row["nip"] for row in place.roster})
        assert len(courses) == len(place.courses) + 1
        assert "SPBE" in courses
    (taught,) = demo.machine(provider().code).all_of("catalogue/courses")
    assert taught["code"] == "SPBE"


def test_each_listed_account_signs_in_with_its_role(demo: Demo) -> None:
    lines = [line.split() for line in demo.stage.accounts.read_text().splitlines()[2:]]
    site = demo.stage.site()
    for *_, role, name, password in lines:
        roles = {one["role"] for one in site.sign_in(name, password).get("identity/me")["roles"]}
        assert role == "learner" or role in roles
    assert Counter(role for *_, role, _, _ in lines) == {
        "learner": 3,
        "trainer": 4,
        "manager": 3,
        "analyst": 3,
        "administrator": 4,
        "operator": 1,
    }


def test_loading_again_changes_nothing(demo: Demo) -> None:
    before = [demo.machine(place.code).get("identity/units", params={"limit": 200}) for place in cities()]
    again = demo.loader().load()

    assert again.courses == demo.stage.courses
    assert [demo.machine(place.code).get("identity/units", params={"limit": 200}) for place in cities()] == before


def test_past_days_are_played_and_a_play_that_was_killed_on_a_day_does_nothing_of_it_twice(demo: Demo) -> None:
    demo.play()
    learners = sorted({step.learner for steps in demo.steps for step in steps if step.deed != "enrol"})
    wanted = len({(step.learner, step.course) for steps in demo.steps for step in steps})
    played = {nip: demo.learning_of(nip) for nip in learners}
    eventually(demo.enrolled, lambda seen: seen == wanted)
    demo.play(begin=DAYS_PLAYED - 1)

    assert {nip: demo.learning_of(nip) for nip in learners} == played
    assert demo.enrolled() == wanted
    last = FIRST + timedelta(days=DAYS_PLAYED)
    days = [moment.date() for own in played.values() for moment in own]
    assert all(FIRST <= day < last < clock.now().date() for day in days)
    assert len(set(days)) > DAYS_PLAYED / 2
