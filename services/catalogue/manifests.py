"""Turns a manifest into the draft of a course, a version into its manifest, and says how two manifests differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from uuid import UUID

from services.catalogue import manifest as said
from services.catalogue.manifest import CourseManifest
from services.catalogue.model import (
    Course,
    CourseAssessment,
    CourseTrainer,
    CourseVersion,
    Lesson,
    Material,
    Outcome,
    Programme,
)
from shared.ids import new_id

_LISTS = {"outcomes": "competency", "lessons": "code", "assessments": "code", "files": "name"}


def draft_of(
    manifest: CourseManifest,
    *,
    course: Course,
    programme: Programme,
    trainers: Sequence[UUID],
    materials: Mapping[str, Material],
    lesson_ids: Mapping[str, UUID],
) -> CourseVersion:
    """Make the draft that a manifest describes.

    `materials` are by name; `lesson_ids` are those of the lessons that the course has or had, by code.
    """
    tenant = course.tenant
    return CourseVersion(
        id=new_id(),
        tenant=tenant,
        programme=programme,
        title=manifest.title,
        summary=manifest.summary,
        language=manifest.language,
        form=manifest.form,
        scope=manifest.scope,
        published_at=None,
        trainers=[CourseTrainer(tenant=tenant, person=person) for person in trainers],
        outcomes=[
            Outcome(tenant=tenant, position=place, competency=one.competency, level=one.level)
            for place, one in enumerate(manifest.outcomes, 1)
        ],
        assessments=[_drafted_assessment(one, place, tenant) for place, one in enumerate(manifest.assessments, 1)],
        lessons=[
            _drafted_lesson(
                one,
                place,
                tenant,
                lesson=lesson_ids.get(one.code) or new_id(),
                material=materials[one.file] if one.file else None,
            )
            for place, one in enumerate(manifest.lessons, 1)
        ],
    )


def manifest_of(course: Course, version: CourseVersion) -> CourseManifest:
    """Describe a version; a manifest that was taken in comes out equal."""
    return CourseManifest(
        programme=said.Programme(version.programme.code, version.programme.title),
        code=course.code,
        title=version.title,
        summary=version.summary,
        language=version.language,
        form=version.form,
        scope=version.scope,
        outcomes=tuple(said.Outcome(one.competency, one.level) for one in version.outcomes),
        lessons=tuple(_lesson(one) for one in version.lessons),
        assessments=tuple(
            said.CourseAssessment(one.code, one.role, one.must_pass, one.minimum) for one in version.assessments
        ),
        files=tuple(
            said.CourseFile(one.name, one.size, one.sha256)
            for one in sorted(version.materials, key=lambda material: material.name)
        ),
    )


def differences(before: CourseManifest | None, after: CourseManifest) -> list[str]:
    """Name what differs by its place: `title`, `lessons.L1`; a list alone where only its order is another."""
    return [place for one in fields(CourseManifest) for place in _differing(one.name, before, after)]


def _drafted_assessment(one: said.CourseAssessment, place: int, tenant: UUID) -> CourseAssessment:
    return CourseAssessment(
        tenant=tenant,
        position=place,
        code=one.code,
        role=one.role,
        must_pass=one.must_pass,
        minimum=one.minimum_bp,
    )


def _drafted_lesson(one: said.Lesson, place: int, tenant: UUID, *, lesson: UUID, material: Material | None) -> Lesson:
    return Lesson(
        tenant=tenant,
        id=lesson,
        position=place,
        code=one.code,
        title=one.title,
        minutes=one.minutes,
        required=one.required,
        kind=one.kind,
        body=one.body,
        url=one.url,
        material=material,
    )


def _lesson(lesson: Lesson) -> said.Lesson:
    return said.Lesson(
        code=lesson.code,
        title=lesson.title,
        minutes=lesson.minutes,
        required=lesson.required,
        kind=lesson.kind,
        body=lesson.body,
        file=lesson.material.name if lesson.material else None,
        url=lesson.url,
    )


def _differing(part: str, before: CourseManifest | None, after: CourseManifest) -> Iterator[str]:
    old, new = getattr(before, part, None), getattr(after, part)
    if old == new:
        return
    if part not in _LISTS:
        yield part
        return
    olds, news = ({getattr(one, _LISTS[part]): one for one in side} for side in (old or (), new))
    places = [key for key in {**olds, **news} if olds.get(key) != news.get(key)]
    yield from (f"{part}.{key}" for key in places) if places else [part]
