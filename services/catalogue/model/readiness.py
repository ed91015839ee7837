"""Whether a version can be published: all that is wrong with it, so that an editor can mend it at once."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from services.catalogue.model.facts import KnownAssessment
from services.catalogue.model.versions import CourseAssessment, CourseVersion
from shared.errors import Conflict, NotYetKnown, Refusal

FULL_SCORE = 10_000


class CourseHasNoOutcome(Conflict):
    """A course says which competency it leads to, or no profile could ever change by it."""


class CourseHasNoLesson(Conflict):
    """A course has something to learn."""


class LessonHasNoFile(Conflict):
    """A lesson that is a file has one."""


class CompletionRuleIsEmpty(Conflict):
    """A course is completed by something: a lesson that must be viewed or an assessment that must be passed."""


class MinimumCannotBeReached(Conflict):
    """The score to reach lies between nothing and everything."""


class PreTestCannotBeRequired(Conflict):
    """A pre-test asks what is known before learning: whoever fails it could never complete the course."""


class CompetencyNotInFramework(Conflict):
    """An outcome names a competency of the tenant's framework or the national one."""


class FrameworkNotYetKnown(NotYetKnown):
    """No framework in force has arrived here that the outcomes could be checked against."""


class AssessmentNotYetKnown(NotYetKnown):
    """An assessment of the course is not published, or its publication has not arrived here yet."""


class AssessmentHasAnotherRole(Conflict):
    """A course uses an assessment as what it was published as: a pre-test is no post-test."""


class CourseHasProblems(Conflict):
    """Several things keep the course from being published."""


def problems_of(
    version: CourseVersion, *, competencies: Collection[str], assessments: Mapping[str, KnownAssessment]
) -> list[Refusal]:
    """Give everything that keeps a version from being published, each as the refusal that it is.

    `competencies` are the codes of the frameworks in force, `assessments` what is known by code.
    """
    return [
        *_of_outcomes(version, competencies),
        *_of_lessons(version),
        *_of_rule(version),
        *(problem for one in version.assessments for problem in _of_assessment(one, assessments)),
    ]


def require_ready(problems: list[Refusal]) -> None:
    """Raise what is wrong: the one problem as it is, several as one list. What only has to arrive weighs less."""
    lasting = [one for one in problems if not isinstance(one, NotYetKnown)]
    if len(problems) == 1 or not lasting:
        for problem in problems:
            raise problem
        return
    sentences = " ".join(one.detail for one in problems)
    raise CourseHasProblems(sentences, problems=[told(one) for one in problems])


def told(problem: Refusal) -> dict[str, Any]:
    """Give a problem as it is told among others: its type, its sentence and its facts."""
    code = NotYetKnown.code() if isinstance(problem, NotYetKnown) else problem.code()
    return {"type": f"/problems/{code}", "detail": problem.detail, "parameters": dict(problem.parameters)}


def _of_outcomes(version: CourseVersion, competencies: Collection[str]) -> Iterator[Refusal]:
    if not version.outcomes:
        yield CourseHasNoOutcome("The course leads to no competency. Add an outcome.")
    elif not competencies:
        yield FrameworkNotYetKnown("No competency framework has arrived here yet.", framework=None)
    elif missing := [one.competency for one in version.outcomes if one.competency not in competencies]:
        yield CompetencyNotInFramework(
            f"The framework has no competency {', '.join(missing)}. Correct the code or add it to the framework.",
            competencies=missing,
        )


def _of_lessons(version: CourseVersion) -> Iterator[Refusal]:
    if not version.lessons:
        yield CourseHasNoLesson("The course has no lesson. Add one.")
    for lesson in version.lessons:
        if lesson.kind == "file" and lesson.material is None:
            yield LessonHasNoFile(f"The lesson {lesson.code} has no file yet. Upload one.", lesson=lesson.code)


def _of_rule(version: CourseVersion) -> Iterator[Refusal]:
    must_pass = [one for one in version.assessments if one.must_pass]
    if not must_pass and not any(lesson.required for lesson in version.lessons):
        yield CompletionRuleIsEmpty("Nothing completes the course. Make a lesson required or an assessment must_pass.")
    for one in must_pass:
        if not 0 <= one.minimum <= FULL_SCORE:
            yield MinimumCannotBeReached(
                f"The minimum of {one.code} is {one.minimum} basis points. Set one from 0 to {FULL_SCORE}.",
                assessment=one.code,
                minimum=one.minimum,
            )
        if one.role == "pre":
            yield PreTestCannotBeRequired(
                f"The pre-test {one.code} must be passed. Set must_pass to false.", assessment=one.code
            )


def _of_assessment(one: CourseAssessment, assessments: Mapping[str, KnownAssessment]) -> Iterator[Refusal]:
    known = assessments.get(one.code)
    if known is None:
        yield AssessmentNotYetKnown(f"No published assessment {one.code} has arrived here yet.", assessment=one.code)
    elif known.role != one.role:
        yield AssessmentHasAnotherRole(
            f"{one.code} was published as {known.role}, and the course uses it as {one.role}.",
            assessment=one.code,
            published=known.role,
            used=one.role,
        )
