"""Publishing a course: what must hold first, and which assessments its learners will sit."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar

from sqlalchemy import inspect

from services.catalogue.model.courses import Course
from services.catalogue.model.facts import KnownAssessment
from services.catalogue.model.versions import (
    CourseAssessment,
    CourseTrainer,
    CourseVersion,
    Lesson,
    Outcome,
)
from shared.errors import Conflict, NotYetKnown
from shared.ids import new_id

FULL_SCORE = 10_000


class CourseHasNoOutcome(Conflict):
    """A course says which competency it leads to, or no profile could ever change by it."""


class CourseHasNoLesson(Conflict):
    """A course has something to learn."""


class CompletionRuleIsEmpty(Conflict):
    """A course is completed by something: a lesson that must be viewed or an assessment that must be passed."""


class MinimumCannotBeReached(Conflict):
    """The score to reach lies between nothing and everything."""


class PreTestCannotBeRequired(Conflict):
    """A pre-test asks what is known before learning: whoever fails it could never complete the course."""


class CompetencyNotInFramework(Conflict):
    """An outcome names a competency of the tenant's framework or the national one."""


class FrameworkNotYetKnown(NotYetKnown):
    """No framework has arrived here that the outcomes could be checked against."""


class AssessmentNotYetKnown(NotYetKnown):
    """An assessment of the course is not published, or its publication has not arrived here yet."""


class AssessmentHasAnotherRole(Conflict):
    """A course uses an assessment as what it was published as: a pre-test is no post-test."""


def publish(
    course: Course, *, at: datetime, competencies: Collection[str], assessments: Mapping[str, KnownAssessment]
) -> CourseVersion | None:
    """Make the draft the current version, with the newest version of each assessment pinned.

    `competencies` are the codes of the frameworks in force, `assessments` what is known by code. A course without a
    draft gets a new version only if an assessment has a newer one than it pins. Gives the version, or None where
    nothing changed. Raises the refusal of the first rule that does not hold.
    """
    if course.draft is None:
        if not _pins_are_old(course.newest, assessments):
            return None
        course.begin(_again(course.newest))
    version = course.newest
    _check_content(version)
    _check_outcomes(version, competencies)
    for one in version.assessments:
        known = _checked(one, assessments)
        one.assessment_id, one.assessment_version = known.assessment, known.version
    version.published_at = at
    course.current = version.number
    course.revision += 1
    return version


def _check_content(version: CourseVersion) -> None:
    if not version.outcomes:
        raise CourseHasNoOutcome("The course leads to no competency. Add an outcome.")
    if not version.lessons:
        raise CourseHasNoLesson("The course has no lesson. Add one.")
    must_pass = [one for one in version.assessments if one.must_pass]
    if not must_pass and not any(lesson.required for lesson in version.lessons):
        raise CompletionRuleIsEmpty("Nothing completes the course. Make a lesson required or an assessment must_pass.")
    for one in must_pass:
        if not 0 <= one.minimum <= FULL_SCORE:
            raise MinimumCannotBeReached(
                f"The minimum of {one.code} is {one.minimum} basis points. Set one from 0 to {FULL_SCORE}.",
                assessment=one.code,
                minimum=one.minimum,
            )
        if one.role == "pre":
            raise PreTestCannotBeRequired(
                f"The pre-test {one.code} must be passed. Set must_pass to false.", assessment=one.code
            )


def _check_outcomes(version: CourseVersion, competencies: Collection[str]) -> None:
    if not competencies:
        raise FrameworkNotYetKnown("No competency framework has arrived here yet.", framework=None)
    missing = [one.competency for one in version.outcomes if one.competency not in competencies]
    if missing:
        raise CompetencyNotInFramework(
            f"The framework has no competency {', '.join(missing)}. Correct the code or add it to the framework.",
            competencies=missing,
        )


def _checked(one: CourseAssessment, assessments: Mapping[str, KnownAssessment]) -> KnownAssessment:
    known = assessments.get(one.code)
    if known is None:
        raise AssessmentNotYetKnown(f"No published assessment {one.code} has arrived here yet.", assessment=one.code)
    if known.role != one.role:
        raise AssessmentHasAnotherRole(
            f"{one.code} was published as {known.role}, and the course uses it as {one.role}.",
            assessment=one.code,
            published=known.role,
            used=one.role,
        )
    return known


def _pins_are_old(version: CourseVersion, assessments: Mapping[str, KnownAssessment]) -> bool:
    pinned = ((one, assessments.get(one.code)) for one in version.assessments)
    return any(
        known is not None and (known.assessment, known.version) != (one.assessment_id, one.assessment_version)
        for one, known in pinned
    )


def _again(version: CourseVersion) -> CourseVersion:
    """Give a draft that says the same as a version, to pin assessments anew."""
    return CourseVersion(
        id=new_id(),
        tenant=version.tenant,
        programme=version.programme,
        title=version.title,
        summary=version.summary,
        language=version.language,
        form=version.form,
        scope=version.scope,
        lessons=[_copied(Lesson, one) for one in version.lessons],
        outcomes=[_copied(Outcome, one) for one in version.outcomes],
        assessments=[_copied(CourseAssessment, one) for one in version.assessments],
        trainers=[_copied(CourseTrainer, one) for one in version.trainers],
    )


Part = TypeVar("Part", Lesson, Outcome, CourseAssessment, CourseTrainer)


def _copied(kind: type[Part], one: Part) -> Part:
    columns = inspect(kind).column_attrs.keys()
    return kind(**{name: getattr(one, name) for name in columns if name != "version_id"})
