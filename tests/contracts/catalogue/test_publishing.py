"""Publishing a course over HTTP: what is said, and why it may be refused."""

from pathlib import Path

import pytest

from shared.ids import new_id
from tests.api.catalogue.conftest import COURSE, FILES, City, House, manifest


def test_publication_makes_the_course_visible_and_says_so_with_pinned_assessments(city: City) -> None:
    course = city.import_course().get_json()["course"]
    answer = city.publish(course)
    shown = answer.get_json()
    assert (shown["state"], shown["version"], shown["draft"]) == ("published", 1, None)
    assert answer.headers["ETag"] == city.get(f"/courses/{course}").headers["ETag"]
    version = city.get(f"/courses/{course}/versions/1", "learner").get_json()
    assert city.said() == [
        {
            "course": course,
            "version": 1,
            "programme": shown["programme"]["id"],
            "provider": str(city.id),
            "title": "Standar Pelayanan",
            "trainers": [str(city.trainer)],
            "form": "C3",
            "scope": "domestic",
            "outcomes": [{"competency": "PP", "level": 3}],
            "lessons": [
                {"id": one["id"], "minutes": one["minutes"], "required": one["required"]} for one in version["lessons"]
            ],
            "assessments": [
                {"id": str(city.assessments["PRE"]), "version": 1, "role": "pre", "must_pass": False, "minimum": 0},
                {"id": str(city.assessments["POST"]), "version": 1, "role": "post", "must_pass": True, "minimum": 7000},
            ],
        }
    ]


def test_publishing_an_unchanged_course_again_says_nothing(city: City) -> None:
    course = city.published_course()
    answer = city.publish(course)
    assert (answer.status_code, answer.get_json()["version"]) == (200, 1)
    assert len(city.said()) == 1


DEMO = Path(__file__).parents[3] / "deploy" / "demo" / "semarang" / "course"
OUTCOMES = COURSE[COURSE.index("outcomes:") : COURSE.index("lessons:")]
LESSONS = COURSE[COURSE.index("lessons:") : COURSE.index("assessments:")]


@pytest.mark.parametrize(
    ("course", "files", "problem", "parameters"),
    [
        (
            COURSE.replace("outcomes:\n- {competency: PP, level: 3}", "outcomes: []"),
            FILES,
            "course-has-no-outcome",
            None,
        ),
        (COURSE.replace(LESSONS, "lessons: []\n"), {}, "course-has-no-lesson", None),
        (
            COURSE.replace("required: true", "required: false").replace("must_pass: true", "must_pass: false"),
            FILES,
            "completion-rule-is-empty",
            None,
        ),
        (
            COURSE.replace("must_pass: false", "must_pass: true"),
            FILES,
            "pre-test-cannot-be-required",
            {"assessment": "PRE"},
        ),
        (
            COURSE.replace("competency: PP", "competency: XX"),
            FILES,
            "competency-not-in-framework",
            {"competencies": ["XX"]},
        ),
        (COURSE.replace("code: POST", "code: POST-9"), FILES, "not-yet-known", {"assessment": "POST-9"}),
        (
            COURSE.replace("role: post", "role: quiz"),
            FILES,
            "assessment-has-another-role",
            {"assessment": "POST", "published": "post", "used": "quiz"},
        ),
    ],
)
def test_a_course_that_cannot_be_published_says_why(
    city: City, course: str, files: dict[str, bytes], problem: str, parameters: dict[str, object] | None
) -> None:
    made = city.import_course(manifest(course, files)).get_json()["course"]
    refused = city.publish(made)
    assert refused.status_code == 409
    assert refused.get_json()["type"] == f"/problems/{problem}"
    assert refused.get_json().get("parameters") == parameters
    assert refused.get_json()["detail"]
    assert city.get(f"/courses/{made}").get_json()["state"] == "draft"
    assert city.said() == []


def test_an_assessment_that_arrives_later_lets_the_course_be_published(house: House) -> None:
    city = house.city()
    course = city.import_course().get_json()["course"]
    early = city.publish(course)
    assert (early.get_json()["type"], early.headers["Retry-After"]) == ("/problems/not-yet-known", "1")
    city.hear_of_assessment("POST", "post")
    city.hear_of_framework("PP")
    city.hear_of_zone()
    city.hear_of_assessment("PRE", "pre")
    assert city.publish(course).status_code == 200


def test_a_publication_is_made_from_what_was_read(city: City) -> None:
    course = city.import_course().get_json()["course"]
    seen = city.get(f"/courses/{course}").headers["ETag"]
    city.import_course(manifest(COURSE.replace("Ringkasan.", "Lain.")))
    assert city.publish(course, etag=seen).status_code == 412
    assert city.ask("PUT", f"/courses/{course}/publication").status_code == 428
    assert city.said() == []


def test_trainers_of_other_courses_and_learners_do_not_publish(city: City) -> None:
    course = city.published_course()
    city.import_course(manifest(COURSE.replace("Ringkasan.", "Lain.")))
    assert city.publish(course, person=city.other_trainer).status_code == 403
    assert city.publish(course, "learner").status_code == 403
    assert city.publish(course, "administrator").status_code == 200


def test_a_draft_of_others_and_a_course_that_is_not_there_cannot_be_told_apart(city: City) -> None:
    course = city.import_course().get_json()["course"]
    hidden = city.publish(course, person=city.other_trainer)
    absent = city.publish(str(new_id()), etag='"1"')
    assert (hidden.status_code, hidden.get_json()["type"]) == (404, "/problems/no-such-course")
    assert (absent.status_code, absent.get_json()["type"]) == (404, "/problems/no-such-course")
