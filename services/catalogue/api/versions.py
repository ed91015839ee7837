"""Versions of a course and their lessons."""

from typing import Any
from uuid import UUID

from flask import url_for

from services.catalogue import queries
from services.catalogue.api.blueprint import blueprint
from services.catalogue.lesson_text import as_html
from services.catalogue.model import CourseVersion, Lesson
from services.catalogue.schemas import CourseVersionSchema, LessonSchema, LessonSummarySchema
from shared.web.app import session
from shared.web.auth import caller, require


@blueprint.route("/courses/<uuid:course_id>/versions/<int:number>")
@require()
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND")
def get_version(course_id: UUID, number: int) -> dict[str, Any]:
    """Show what a version asks and gives; learners finish the one they began, so old ones stay."""
    return as_shown(queries.version_for(session(), course_id, number, caller()))


@blueprint.route("/courses/<uuid:course_id>/versions/<int:number>/lessons/<uuid:lesson_id>")
@require()
@blueprint.response(200, LessonSchema)
@blueprint.also("NOT_FOUND")
def get_lesson(course_id: UUID, number: int, lesson_id: UUID) -> dict[str, Any]:
    """Show a lesson: its text as safe HTML, its link, or its file's address."""
    version = queries.version_for(session(), course_id, number, caller())
    return lesson_shown(queries.lesson_of(session(), version, lesson_id), version)


def as_shown(version: CourseVersion) -> dict[str, Any]:
    """Give a version as it is answered."""
    return {
        "course": version.course.id,
        "provider": version.tenant,
        "code": version.course.code,
        "number": version.number,
        "state": "published" if version.is_published else "draft",
        "published_at": version.published_at,
        "title": version.title,
        "summary": version.summary,
        "language": version.language,
        "form": version.form,
        "scope": version.scope,
        "minutes": version.minutes,
        "programme": version.programme,
        "trainers": [one.person for one in version.trainers],
        "outcomes": _outcomes(version),
        "lessons": version.lessons,
        "assessments": _assessments(version),
    }


def lesson_shown(lesson: Lesson, version: CourseVersion) -> dict[str, Any]:
    """Give a lesson with its text as it is answered."""
    return {
        **{name: getattr(lesson, name) for name in LessonSummarySchema().fields},
        "html": as_html(lesson.body) if lesson.body is not None else None,
        "url": lesson.url,
        "material": _material(version, lesson),
    }


def _outcomes(version: CourseVersion) -> list[dict[str, Any]]:
    today = queries.today_in(session(), caller().tenant)
    names = queries.competencies_in_force(session(), version.tenant, today)
    return [
        {"competency": one.competency, "level": one.level, "name": names.get(one.competency)}
        for one in version.outcomes
    ]


def _assessments(version: CourseVersion) -> list[dict[str, Any]]:
    known = queries.known_assessments(session(), version.tenant, [one.code for one in version.assessments])
    return [
        {
            "code": one.code,
            "role": one.role,
            "must_pass": one.must_pass,
            "minimum": one.minimum,
            "id": one.assessment_id,
            "version": one.assessment_version,
            "competencies": known[one.code].competencies if one.code in known else [],
        }
        for one in version.assessments
    ]


def _material(version: CourseVersion, lesson: Lesson) -> dict[str, Any] | None:
    material = lesson.material
    if material is None:
        return None
    address = url_for(
        "catalogue.get_material", course_id=version.course_id, number=version.number, material_id=material.id
    )
    return {
        "id": material.id,
        "name": material.file_name,
        "size": material.size,
        "sha256": material.sha256,
        "content_type": material.content_type,
        "url": address,
    }
