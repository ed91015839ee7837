"""The demo courses whose questions are in Moodle XML: what one of their files names, another one holds."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.demo.bundle import course_bundle
from services.assessment.moodle_xml import read_moodle_xml
from services.assessment.preview import Preview
from services.catalogue.lesson_text import as_html
from services.catalogue.manifest import CourseManifest, read_manifest

COURSES = Path(__file__).parents[3] / "deploy" / "demo" / "courses"
NATIONAL_NINE = {"INT", "KS", "KOM", "OPH", "PP", "PDOL", "MP", "PK", "PB"}
PLACES = range(4)

both_courses = pytest.mark.parametrize("folder", ["integritas", "skm"])
both_banks = pytest.mark.parametrize("bank", ["pre-test.xml", "post-test.xml"])


def manifest_of(folder: str) -> CourseManifest:
    return read_manifest(course_bundle(COURSES / folder / "course"))


def assessments_of(folder: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load((COURSES / folder / "assessments.yaml").read_text(encoding="utf-8"))[
        "assessments"
    ]
    return listed


def bank_of(folder: str, name: str) -> Preview:
    return read_moodle_xml((COURSES / folder / name).read_bytes())


@both_courses
def test_the_course_leads_to_national_competencies_by_lessons_of_substance(folder: str) -> None:
    manifest = manifest_of(folder)

    assert {outcome.competency for outcome in manifest.outcomes} <= NATIONAL_NINE
    assert (manifest.language, manifest.form, manifest.scope) == ("id", "C3", "domestic")
    assert 4 <= len(manifest.lessons) <= 6
    assert all(450 <= len((lesson.body or "").split()) <= 700 for lesson in manifest.lessons)
    assert len(manifest.completion.lessons) == len(manifest.lessons)


@both_courses
def test_every_lesson_ends_with_something_to_do_and_its_tables_are_tables(folder: str) -> None:
    for lesson in manifest_of(folder).lessons:
        written = lesson.body or ""
        assert "## Kerjakan di unit Anda (" in written
        assert as_html(written).count("<table>") == written.count("\n| ---")


@both_courses
def test_the_assessments_are_those_of_the_course_and_their_banks_suffice(folder: str) -> None:
    assessments = assessments_of(folder)

    assert [(each["code"], each["role"]) for each in assessments] == [
        (each.code, each.role) for each in manifest_of(folder).assessments
    ]
    for each in assessments:
        questions = bank_of(folder, each["bank"]).questions
        assert 20 <= each["questions"] <= len(questions)
        assert all(question.title.startswith(each["code"]) for question in questions)


@both_courses
@both_banks
def test_the_bank_is_read_without_errors_and_measures_what_the_course_teaches(folder: str, bank: str) -> None:
    preview = bank_of(folder, bank)

    assert (preview.errors, preview.not_carried_over) == ((), ())
    assert len(preview.questions) >= 20
    assert all((question.kind, len(question.options)) == ("single", len(PLACES)) for question in preview.questions)
    measured = {question.competency for question in preview.questions}
    assert measured == {outcome.competency for outcome in manifest_of(folder).outcomes}
    highest = {
        code: max(question.level for question in preview.questions if question.competency == code) for code in measured
    }
    assert highest == {outcome.competency: outcome.level for outcome in manifest_of(folder).outcomes}


@both_courses
def test_no_question_is_in_both_banks_or_twice_in_one(folder: str) -> None:
    texts = [q.text for bank in ("pre-test.xml", "post-test.xml") for q in bank_of(folder, bank).questions]

    assert len(set(texts)) == len(texts)


@both_courses
@both_banks
def test_the_right_option_cannot_be_told_by_its_place_or_length(folder: str, bank: str) -> None:
    questions = bank_of(folder, bank).questions
    places = [[option.correct for option in question.options].index(True) for question in questions]
    longest = [max(question.options, key=lambda option: len(option.text)).correct for question in questions]

    assert max(places.count(place) for place in PLACES) <= len(questions) / 3
    assert sum(longest) <= len(questions) / 2
    assert sum(longest) >= len(questions) / 10, "The longest option would be a wrong one every time."
