"""The demo's own courses are whole: readers take them as they are, and what one file names, another one holds."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.demo.bundle import course_bundle
from services.assessment.gift import read_gift
from services.assessment.preview import Preview
from services.catalogue.manifest import CourseManifest, read_manifest

COURSES = Path(__file__).parents[3] / "deploy" / "demo" / "courses"
NATIONAL_NINE = {"INT", "KS", "KOM", "OPH", "PP", "PDOL", "MP", "PK", "PB"}

every_course = pytest.mark.parametrize("folder", sorted(COURSES.glob("*/")), ids=lambda folder: folder.name)
every_gift_bank = pytest.mark.parametrize(
    "bank", sorted(COURSES.glob("*/*.gift")), ids=lambda bank: f"{bank.parent.name}-{bank.stem}"
)


def course_of(folder: Path) -> CourseManifest:
    return read_manifest(course_bundle(folder / "course"))


def assessments_of(folder: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load((folder / "assessments.yaml").read_text("utf-8"))["assessments"]
    return listed


def preview_of(bank: Path) -> Preview:
    return read_gift(bank.read_bytes())


def assessment_with(bank: Path) -> dict[str, Any]:
    return next(each for each in assessments_of(bank.parent) if each["bank"] == bank.name)


def test_there_are_courses_with_gift_banks_to_check() -> None:
    assert {bank.parent.name for bank in COURSES.glob("*/*.gift")} >= {"spbe", "waktu"}


@every_course
def test_a_course_teaches_competencies_of_the_framework_by_e_learning_in_four_to_six_texts(folder: Path) -> None:
    course = course_of(folder)

    assert (course.form, course.language) == ("C3", "id")
    assert 4 <= sum(lesson.kind == "text" for lesson in course.lessons) <= 6
    assert course.outcomes
    assert {outcome.competency for outcome in course.outcomes} <= NATIONAL_NINE
    assert all(1 <= outcome.level <= 5 for outcome in course.outcomes)


@every_course
def test_the_text_lessons_have_substance_and_minutes_in_which_they_can_be_read(folder: Path) -> None:
    for lesson in course_of(folder).lessons:
        words = len((lesson.body or "").split())
        if lesson.kind == "text":
            assert 450 <= words <= 800, (lesson.code, words)
            assert words / 100 <= lesson.minutes <= 60, f"{lesson.code}: too short to read and to do its exercise"


@every_course
def test_completion_asks_for_every_lesson_and_a_post_test_that_can_be_failed(folder: Path) -> None:
    course = course_of(folder)
    roles = {each.role: each for each in course.assessments}

    assert course.completion.lessons == tuple(lesson.code for lesson in course.lessons if lesson.required)
    assert [code for code, _ in course.completion.assessments] == [roles["post"].code]
    assert not roles["pre"].must_pass
    assert 0 < roles["post"].minimum_bp <= 10_000


@every_course
def test_the_listed_assessments_are_those_of_the_course_and_their_banks_are_there(folder: Path) -> None:
    listed = assessments_of(folder)

    assert [(each["code"], each["role"]) for each in listed] == [
        (each.code, each.role) for each in course_of(folder).assessments
    ]
    for each in listed:
        assert set(each) >= {"code", "title", "role", "bank", "questions", "attempts"}
        assert (folder / each["bank"]).is_file()
        assert each["attempts"] >= 1


def test_no_two_courses_share_a_code() -> None:
    courses = [course_of(folder) for folder in sorted(COURSES.glob("*/"))]
    codes = [code for each in courses for code in (each.code, *(assessment.code for assessment in each.assessments))]

    assert len(set(codes)) == len(codes)


@every_gift_bank
def test_a_bank_reads_without_errors_and_holds_enough_single_choice_questions(bank: Path) -> None:
    preview = preview_of(bank)
    assessment = assessment_with(bank)

    assert (preview.errors, preview.not_carried_over) == ((), ())
    assert 20 <= assessment["questions"] <= len(preview.questions)
    assert all((each.kind, len(each.options)) == ("single", 4) for each in preview.questions)
    assert [each.title.split()[0] for each in preview.questions] == [
        f"{assessment['code']}-{number:02d}" for number in range(1, len(preview.questions) + 1)
    ]


@every_gift_bank
def test_a_bank_asks_for_what_the_course_teaches_at_and_below_its_level(bank: Path) -> None:
    taught = {outcome.competency: outcome.level for outcome in course_of(bank.parent).outcomes}
    asked = [(each.competency, each.level) for each in preview_of(bank).questions]

    assert {competency for competency, _ in asked} == set(taught)
    assert all(level <= taught[competency] for competency, level in asked)
    assert all(asked.count((competency, level)) >= 4 for competency, level in taught.items())


@every_gift_bank
def test_the_right_option_cannot_be_told_by_its_place_or_length(bank: Path) -> None:
    questions = preview_of(bank).questions
    places = [[option.correct for option in each.options].index(True) for each in questions]
    longest = [max(each.options, key=lambda option: len(option.text)).correct for each in questions]
    shortest = [min(each.options, key=lambda option: len(option.text)).correct for each in questions]

    assert max(places.count(place) for place in range(4)) <= len(questions) / 2
    assert sum(longest) <= len(questions) / 2
    assert sum(shortest) <= len(questions) / 2


@every_course
def test_no_question_stands_in_both_gift_banks_of_a_course(folder: Path) -> None:
    texts = [each.text.casefold() for bank in folder.glob("*.gift") for each in preview_of(bank).questions]
    titles = [each.title.split(maxsplit=1)[1] for bank in folder.glob("*.gift") for each in preview_of(bank).questions]

    assert len(set(texts)) == len(texts)
    assert len(set(titles)) == len(titles)
