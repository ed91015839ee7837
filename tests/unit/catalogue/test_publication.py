"""What must hold before a course is published, and what publication pins."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from services.catalogue.model import (
    Course,
    CourseAssessment,
    CourseTrainer,
    CourseVersion,
    KnownAssessment,
    Lesson,
    Outcome,
    Programme,
    publish,
)
from services.catalogue.model.readiness import (
    AssessmentHasAnotherRole,
    AssessmentNotYetKnown,
    CompetencyNotInFramework,
    CompletionRuleIsEmpty,
    CourseHasNoLesson,
    CourseHasNoOutcome,
    FrameworkNotYetKnown,
    MinimumCannotBeReached,
    PreTestCannotBeRequired,
)
from shared.errors import NotYetKnown, Refusal, Stale
from shared.ids import new_id

CITY = new_id()
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
PRE, POST = new_id(), new_id()


def known(code: str, role: str, assessment: Any, version: int = 1) -> KnownAssessment:
    return KnownAssessment(
        tenant=CITY, assessment=assessment, version=version, code=code, role=role, competencies=[], sequence=version
    )


ASSESSMENTS = {"PRE": known("PRE", "pre", PRE), "POST": known("POST", "post", POST, 3)}


def asked(code: str, role: Any, *, must_pass: bool, minimum: int) -> CourseAssessment:
    return CourseAssessment(tenant=CITY, position=1, code=code, role=role, must_pass=must_pass, minimum=minimum)


def course_in_draft() -> Course:
    course = Course(id=new_id(), tenant=CITY, code="SPP", current=0, revision=0, versions=[])
    course.begin(
        CourseVersion(
            id=new_id(),
            tenant=CITY,
            programme=Programme(id=new_id(), tenant=CITY, code="LP", title="Layanan Prima"),
            title="Standar Pelayanan",
            summary="",
            language="id",
            form="C3",
            scope="domestic",
            trainers=[CourseTrainer(tenant=CITY, person=new_id())],
            outcomes=[Outcome(tenant=CITY, position=1, competency="PP", level=3)],
            lessons=[Lesson(tenant=CITY, id=new_id(), position=1, code="L1", title="Dasar", minutes=30, required=True)],
            assessments=[
                asked("PRE", "pre", must_pass=False, minimum=0),
                asked("POST", "post", must_pass=True, minimum=7000),
            ],
        )
    )
    return course


def publish_now(course: Course, **changed: Any) -> CourseVersion | None:
    facts: dict[str, Any] = {"competencies": {"PP", "KOM"}, "assessments": ASSESSMENTS}
    return publish(course, at=AT, **{**facts, **changed})


def test_a_draft_becomes_the_current_version_with_its_assessments_pinned() -> None:
    course = course_in_draft()
    version = publish_now(course)
    assert version is course.version(1)
    assert (course.current, course.draft, course.newest.published_at) == (1, None, AT)
    assert [(one.assessment_id, one.assessment_version) for one in course.newest.assessments] == [(PRE, 1), (POST, 3)]


def test_publishing_what_is_public_already_changes_nothing() -> None:
    course = course_in_draft()
    publish_now(course)
    revision = course.revision
    assert publish_now(course) is None
    assert (course.current, len(course.versions), course.revision) == (1, 1, revision)


def test_a_newer_assessment_makes_the_next_version_and_leaves_the_old_pins() -> None:
    course = course_in_draft()
    publish_now(course)
    version = publish_now(course, assessments={**ASSESSMENTS, "POST": known("POST", "post", POST, 4)})
    assert version is not None
    assert (version.number, course.current) == (2, 2)
    assert [one.assessment_version for one in version.assessments] == [1, 4]
    assert [one.assessment_version for one in course.versions[0].assessments] == [1, 3]
    assert [(one.id, one.code, one.minutes) for one in version.lessons] == [
        (one.id, one.code, one.minutes) for one in course.versions[0].lessons
    ]


def without_outcome(version: CourseVersion) -> None:
    version.outcomes = []


def without_lesson(version: CourseVersion) -> None:
    version.lessons = []


def without_rule(version: CourseVersion) -> None:
    version.lessons[0].required = False
    version.assessments[1].must_pass = False


def with_too_high_a_minimum(version: CourseVersion) -> None:
    version.assessments[1].minimum = 10_001


def with_too_low_a_minimum(version: CourseVersion) -> None:
    version.assessments[1].minimum = -1


def with_a_required_pre_test(version: CourseVersion) -> None:
    version.assessments[0].must_pass = True


def with_an_unknown_competency(version: CourseVersion) -> None:
    version.outcomes[0].competency = "XX"


def with_an_unknown_assessment(version: CourseVersion) -> None:
    version.assessments[1].code = "POST-2"


def with_another_role(version: CourseVersion) -> None:
    version.assessments[1].role = "quiz"


@pytest.mark.parametrize(
    ("spoil", "refusal", "parameters"),
    [
        (without_outcome, CourseHasNoOutcome, {}),
        (without_lesson, CourseHasNoLesson, {}),
        (without_rule, CompletionRuleIsEmpty, {}),
        (with_too_high_a_minimum, MinimumCannotBeReached, {"assessment": "POST", "minimum": 10_001}),
        (with_too_low_a_minimum, MinimumCannotBeReached, {"assessment": "POST", "minimum": -1}),
        (with_a_required_pre_test, PreTestCannotBeRequired, {"assessment": "PRE"}),
        (with_an_unknown_competency, CompetencyNotInFramework, {"competencies": ["XX"]}),
        (with_an_unknown_assessment, AssessmentNotYetKnown, {"assessment": "POST-2"}),
        (with_another_role, AssessmentHasAnotherRole, {"assessment": "POST", "published": "post", "used": "quiz"}),
    ],
)
def test_a_course_that_cannot_be_completed_or_count_stays_a_draft_and_says_why(
    spoil: Callable[[CourseVersion], None], refusal: type[Refusal], parameters: dict[str, Any]
) -> None:
    course = course_in_draft()
    spoil(course.newest)
    with pytest.raises(refusal) as refused:
        publish_now(course)
    assert refused.value.parameters == parameters
    assert (course.current, course.newest.published_at) == (0, None)


def test_a_rule_of_lessons_alone_is_enough() -> None:
    course = course_in_draft()
    course.newest.assessments = []
    assert publish_now(course, assessments={}) is not None


def test_before_any_framework_has_arrived_the_answer_is_to_come_back() -> None:
    with pytest.raises(FrameworkNotYetKnown) as refused:
        publish_now(course_in_draft(), competencies=set())
    assert isinstance(refused.value, NotYetKnown)


def test_an_editor_who_read_an_older_state_is_refused() -> None:
    course = course_in_draft()
    course.require_revision(course.revision)
    with pytest.raises(Stale):
        course.require_revision(course.revision - 1)


def test_dropping_a_draft_shows_the_published_version_again() -> None:
    course = course_in_draft()
    publish_now(course)
    course.begin(CourseVersion(id=new_id(), tenant=CITY, title="Lain"))
    assert (course.newest.number, course.shown.number) == (2, 1)
    course.drop_draft()
    assert (course.newest.number, course.draft) == (1, None)
