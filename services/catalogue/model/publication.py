"""Publishing a course: its draft becomes what new learners take, with the assessments that they will sit."""

from collections.abc import Collection, Mapping
from datetime import datetime

from services.catalogue.model.courses import Course
from services.catalogue.model.drafts import copy_of, says_the_same
from services.catalogue.model.facts import KnownAssessment
from services.catalogue.model.readiness import problems_of, require_ready
from services.catalogue.model.versions import CourseVersion


def publish(
    course: Course, *, at: datetime, competencies: Collection[str], assessments: Mapping[str, KnownAssessment]
) -> CourseVersion | None:
    """Make the draft the current version, with the newest version of each assessment pinned.

    `competencies` are the codes of the frameworks in force, `assessments` what is known by code. A course without a
    draft, or with one that changes nothing, gets a new version only if an assessment has a newer one than it pins; one
    that was withdrawn can be taken again in any case. Gives the version to be taken, or None where nothing changed.
    Raises what keeps it from being published: see `readiness.require_ready`.
    """
    if course.draft and course.current and says_the_same(course.draft, course.versions[-2]):
        course.drop_draft()
    draft = course.draft
    if draft is None and not _pins_are_old(course.newest, assessments):
        return course.take_back()
    require_ready(problems_of(course.newest, competencies=competencies, assessments=assessments))
    version = draft or course.begin(copy_of(course.newest))
    for one in version.assessments:
        known = assessments[one.code]
        one.assessment_id, one.assessment_version = known.assessment, known.version
    version.published_at = at
    course.current, course.withdrawn_at = version.number, None
    course.revision += 1
    return version


def _pins_are_old(version: CourseVersion, assessments: Mapping[str, KnownAssessment]) -> bool:
    pinned = ((one, assessments.get(one.code)) for one in version.assessments)
    return any(
        known is not None and (known.assessment, known.version) != (one.assessment_id, one.assessment_version)
        for one, known in pinned
    )
