"""The model behind the played days: abilities, the timetable, and what both together come to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from deploy.demo.ability import Mind, chance_of_right, difficulty
from deploy.demo.bundle import course_bundle
from deploy.demo.city import Question
from deploy.demo.past_days import DAYS, days_of
from deploy.demo.places import cities, provider
from deploy.demo.timetable import SEED, Period, Step, Syllabus, timetable
from services.assessment.gift import read_gift
from services.assessment.moodle_xml import read_moodle_xml
from services.catalogue.manifest import read_manifest
from shared import clock

FIRST = date(2026, 8, 24)
HOME = cities()[0]
ZONE = HOME.zone


@dataclass(frozen=True)
class Course:
    """A course of the demo, as far as the play knows it."""

    syllabus: Syllabus
    tests: dict[str, list[Question]]
    minimum: int


def course_in(folder: Path) -> Course:
    manifest = read_manifest(course_bundle(folder / "course"))
    tests = {}
    for said in yaml.safe_load((folder / "assessments.yaml").read_text("utf-8"))["assessments"]:
        read = read_gift if said["bank"].endswith(".gift") else read_moodle_xml
        found = read((folder / said["bank"]).read_bytes()).questions[: said["questions"]]
        tests[said["role"]] = [Question(1, each.competency, each.level, len(each.options)) for each in found]
    minimum = next(each.minimum_bp for each in manifest.assessments if each.role == "post")
    return Course(Syllabus(manifest.code, tuple(each.minutes for each in manifest.lessons)), tests, minimum)


@pytest.fixture(scope="module")
def courses() -> dict[str, Course]:
    folders = [*HOME.courses, *provider().courses]
    return {course.syllabus.code: course for course in map(course_in, folders)}


@pytest.fixture(scope="module")
def steps(courses: dict[str, Course]) -> list[Step]:
    by_day = days_of(HOME, [one.syllabus for one in courses.values()], FIRST)
    return [step for day in sorted(by_day) for step in by_day[day]]


def score(mind: Mind, questions: Sequence[Question]) -> float:
    return 10_000 * sum(mind.answer(one, range(1, one.options + 1)) == one.right for one in questions) / len(questions)


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_somebody_at_the_level_of_a_question_gets_four_in_five_right(level: int) -> None:
    assert chance_of_right(level - 3, Question(1, "PP", level, 4)) == pytest.approx(0.8)


def test_without_ability_only_chance_is_left() -> None:
    assert chance_of_right(-20, Question(1, "PP", 3, 4)) == pytest.approx(0.25)
    assert difficulty(Question(1, "PP", 3, 4)) == pytest.approx(-1.011601, abs=1e-6)


def test_learning_half_a_course_twice_is_learning_it_once() -> None:
    once, twice = Mind("somebody"), Mind("somebody")
    once.learn(["PP"], share=1)
    twice.learn(["PP"], share=0.5)
    twice.learn(["PP"], share=0.5)

    assert once.ability("PP") == pytest.approx(twice.ability("PP"))
    assert once.ability("PP") > Mind("somebody").ability("PP")
    assert once.ability("KOM") == Mind("somebody").ability("KOM")


def test_what_one_is_able_to_does_not_depend_on_what_was_asked_before() -> None:
    asked = Mind("somebody")
    score(asked, [Question(1, "KOM", 2, 4)] * 5)

    assert asked.ability("PP") == Mind("somebody").ability("PP")


def test_the_timetable_is_the_same_every_time_and_in_the_order_of_time(courses: dict[str, Course]) -> None:
    period, syllabi = Period(FIRST, DAYS, ZONE), [one.syllabus for one in courses.values()]
    people = [str(number) for number in range(200)]

    first, second = (timetable(period, people, syllabi) for _ in range(2))
    assert first == second == sorted(first)


def test_people_learn_on_workdays_of_the_ninety_days_between_seven_and_ten_in_the_evening(steps: list[Step]) -> None:
    local = [step.at.astimezone(datetime.now(UTC).tzinfo) for step in steps]
    days = {clock.local_day(one, ZONE) for one in local}

    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}
    assert days <= {date.fromordinal(FIRST.toordinal() + number) for number in range(DAYS)}
    assert len(days) > 60
    assert all(0 <= (step.at.hour + 7) % 24 <= 23 for step in steps)


def test_one_course_comes_after_another_and_its_lessons_between_its_tests(steps: list[Step]) -> None:
    by_learner: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_learner[step.learner].append(step)
    for own in by_learner.values():
        order = list(dict.fromkeys(step.course for step in own))
        assert [step.course for step in own] == sorted((step.course for step in own), key=order.index)
        for code in order:
            deeds = [step.deed for step in own if step.course == code]
            assert deeds[0] == "enrol"
            assert deeds[1:3] in ([], ["withdraw"], ["begin pre", "end pre"])
            assert "begin post" not in deeds[: deeds.index("lesson") if "lesson" in deeds else 0]


def test_the_learner_of_the_list_of_accounts_takes_three_courses(steps: list[Step]) -> None:
    name = HOME.holder("learner")["nip"]
    staff = {HOME.holder(role)["nip"] for role in ("trainer", "manager", "analyst", "administrator")}

    assert len({step.course for step in steps if step.learner == name}) == 3
    assert not staff & {step.learner for step in steps}


def test_at_least_thirty_people_complete_each_course_with_both_tests_and_some_do_not(
    courses: dict[str, Course], steps: list[Step]
) -> None:
    minds: dict[str, Mind] = defaultdict(lambda: Mind("nobody"))
    passed: dict[str, set[str]] = defaultdict(set)
    before: dict[tuple[str, str], float] = {}
    gains: list[float] = []
    for step in steps:
        course = courses[step.course]
        mind = minds.setdefault(step.learner, Mind(f"{SEED}/{step.learner}"))
        if step.deed == "lesson":
            taught = {one.competency for questions in course.tests.values() for one in questions}
            mind.learn(taught, share=1 / len(course.syllabus.minutes))
        elif step.deed == "end pre":
            before[step.learner, step.course] = score(mind, course.tests["pre"])
        elif step.deed == "end post" and step.learner not in passed[step.course]:
            reached = score(mind, course.tests["post"])
            if step.number == 1:
                gains.append(reached - before[step.learner, step.course])
            if reached >= course.minimum:
                passed[step.course].add(step.learner)

    enrolled = {code: len({step.learner for step in steps if step.course == code}) for code in courses}
    assert {code: len(passed[code]) >= 32 for code in courses} == dict.fromkeys(courses, True)
    assert all(len(passed[code]) < enrolled[code] for code in courses)
    assert 1_000 < sum(gains) / len(gains) < 2_500
    assert min(gains) <= 0
