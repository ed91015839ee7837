"""Plays the past days of one city on a suite of this machine, day by day, and remembers how far that has come."""

import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from deploy.demo.accounts import signs_in
from deploy.demo.city import ids_of
from deploy.demo.load import Stage, bar
from deploy.demo.origin import PATIENCE, Visitor
from deploy.demo.past import own_suite
from deploy.demo.places import Place
from deploy.demo.play import Play
from deploy.demo.state import State
from deploy.demo.timetable import Period, Step, Syllabus, timetable
from shared import clock

DAYS = 90
REST = 0.25


def is_complete(state: State) -> bool:
    """Tell whether there is nothing left to load or to play."""
    return state.is_loaded and state.played >= DAYS


def play_past(stage: Stage, folder: Path, console: Console) -> None:
    """Play what is left of the days, then wait until the figures have followed."""
    state = State.read(folder, stage.keys.machine)
    first = state.first or clock.local_day(clock.now(), stage.place.zone) - timedelta(days=DAYS)
    courses = syllabi(stage)
    lessons = {one.code: len(one.minutes) for one in courses}
    by_day = days_of(stage.place, courses, first)
    machine = stage.machine()
    with bar(console) as progress:
        task = progress.add_task(f"{stage.place.name}: {DAYS} past days", total=DAYS, completed=state.played)
        with own_suite() as origin:
            people, there = _people(stage.place, machine), _with_account(stage, machine)
            play = Play(origin, stage.keys, people, stage.courses, lessons, there)
            for number in range(state.played):
                play.remember(by_day.get(first + timedelta(number), []))
            for number in range(state.played, DAYS):
                play.play_day(by_day.get(first + timedelta(number), []))
                state = state.now_played(number + 1, first=first)
                progress.advance(task)
        progress.update(task, description=f"{stage.place.name}: figures follow")
        _wait_for_figures(stage, machine, by_day)
        _sign_regulars_in(stage)
    state.now_loaded()


def syllabi(stage: Stage) -> list[Syllabus]:
    """Give what the timetable must know of the courses that the city's people take."""
    machine, found = stage.machine(), []
    for one in stage.courses.values():
        course = machine.get(f"catalogue/courses/{one.course}")
        version = machine.get(f"catalogue/courses/{one.course}/versions/{course['version']}")
        found.append(Syllabus(one.code, tuple(lesson["minutes"] for lesson in version["lessons"])))
    return found


def days_of(place: Place, courses: list[Syllabus], first: date) -> dict[date, list[Step]]:
    """Give the timetable of a city's people, by local day."""
    staff = {place.holder(role)["nip"]: role for role in place.said["accounts"]}
    regulars = [nip for nip, role in staff.items() if role == "learner"]
    learners = sorted({row["nip"] for row in place.roster} - (staff.keys() - set(regulars)))
    by_day: dict[date, list[Step]] = defaultdict(list)
    for step in timetable(Period(first, DAYS, place.zone), learners, courses, regulars=regulars):
        by_day[clock.local_day(step.at, place.zone)].append(step)
    return by_day


def _people(place: Place, machine: Visitor) -> dict[str, str]:
    return ids_of([row["nip"] for row in place.roster], machine)


def _with_account(stage: Stage, machine: Visitor) -> set[str]:
    nips = {person: nip for nip, person in _people(stage.place, machine).items()}
    return {nips[one["id"]] for one in machine.all_of("identity/people") if one["has_account"] and one["id"] in nips}


def _wait_for_figures(stage: Stage, machine: Visitor, by_day: dict[date, list[Step]]) -> None:
    """Wait until every enrolment is counted and nothing moves any more."""
    wanted = len({(step.learner, step.course) for steps in by_day.values() for step in steps})
    give_up, before = time.monotonic() + PATIENCE, [-1, -1]
    while time.monotonic() < give_up:
        figures = [machine.get(f"evaluation/courses/{one.course}/figures") for one in stage.courses.values()]
        now = [sum(one[name] for one in figures) for name in ("enrolled", "completed")]
        if now[0] >= wanted and now == before:
            return
        before = now
        time.sleep(REST)


def _sign_regulars_in(stage: Stage) -> None:
    """Let the learner of the list sign in to the suite itself once, which hashes the password at its usual cost."""
    name = stage.place.holder("learner")["nip"]
    signs_in(stage.site(), name, stage.keys.password_of(name))
