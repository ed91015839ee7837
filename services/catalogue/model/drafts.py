"""Writes a draft: its lessons and their order, its outcomes, its completion rule, who edits it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import inspect

from services.catalogue.model.programmes import Programme
from services.catalogue.model.versions import (
    CourseAssessment,
    CourseTrainer,
    CourseVersion,
    Kind,
    Lesson,
    Outcome,
    Role,
    Scope,
)
from shared.errors import Conflict, Invalid
from shared.ids import new_id


class LessonCodeIsTaken(Conflict):
    """The codes of a course's lessons are different from each other, also to a machine that mixes A and a."""


class OrderIsNotOfTheLessons(Conflict):
    """An order names every lesson of the draft once."""


class LessonTakesNoFile(Conflict):
    """Only a lesson of the kind file has one."""


class NoSuchLessonInDraft(Invalid):
    """A completion rule names lessons of the draft."""


@dataclass(frozen=True, kw_only=True)
class CourseFacts:
    """What a version says of the course as a whole."""

    title: str
    summary: str
    language: str
    form: str
    scope: Scope


@dataclass(frozen=True, kw_only=True)
class LessonContent:
    """What a lesson is: by its `kind` it has a `body` (text, in Markdown) or a `url` (link); a file comes later."""

    title: str
    minutes: int
    required: bool
    kind: Kind
    body: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class AssessmentUse:
    """What a course asks of an assessment; `minimum` is in basis points."""

    code: str
    role: Role
    must_pass: bool
    minimum: int


def first_draft(tenant: UUID, facts: CourseFacts, programme: Programme, trainers: Collection[UUID]) -> CourseVersion:
    """Give the draft that a course begins with."""
    draft = CourseVersion(id=new_id(), tenant=tenant)
    describe(draft, facts, programme)
    put_trainers(draft, trainers)
    return draft


def copy_of(version: CourseVersion) -> CourseVersion:
    """Give a draft that says the same as a version; its assessments are pinned anew when it is published."""
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


def says_the_same(one: CourseVersion, other: CourseVersion) -> bool:
    """Tell whether two versions say the same, whatever assessments they pin."""
    return _said(one) == _said(other)


def describe(draft: CourseVersion, facts: CourseFacts, programme: Programme) -> None:
    """Put what the draft says of the course as a whole, and the programme that it is grouped under."""
    for name, value in vars(facts).items():
        setattr(draft, name, value)
    draft.programme = programme


def add_lesson(draft: CourseVersion, lesson_id: UUID, code: str, content: LessonContent) -> Lesson:
    """Add a lesson at the end. Raises `LessonCodeIsTaken`."""
    if any(one.code.casefold() == code.casefold() for one in draft.lessons):
        raise LessonCodeIsTaken(f"The course has a lesson {code} already. Choose another code.", code=code)
    lesson = Lesson(id=lesson_id, tenant=draft.tenant, code=code, position=len(draft.lessons) + 1)
    rewrite(lesson, content)
    draft.lessons.append(lesson)
    return lesson


def rewrite(lesson: Lesson, content: LessonContent) -> None:
    """Put what a lesson is. One that stays a file keeps the file; what belongs to another kind goes."""
    lesson.title, lesson.minutes, lesson.required = content.title, content.minutes, content.required
    lesson.kind, lesson.body, lesson.url = content.kind, content.body, content.url
    if lesson.kind != "file":
        lesson.material = None


def remove_lesson(draft: CourseVersion, lesson: Lesson) -> None:
    """Take a lesson out; those after it move up."""
    draft.lessons.remove(lesson)
    _number(draft)


def reorder_lessons(draft: CourseVersion, order: Sequence[UUID]) -> None:
    """Put the lessons into an order. Raises `OrderIsNotOfTheLessons`."""
    by_id = {one.id: one for one in draft.lessons}
    if sorted(order) != sorted(by_id):
        raise OrderIsNotOfTheLessons("Name every lesson of the draft once, and no other.", lessons=len(by_id))
    draft.lessons[:] = [by_id[one] for one in order]
    _number(draft)


def require_file_lesson(lesson: Lesson) -> None:
    """Raise `LessonTakesNoFile` for a text or a link."""
    if lesson.kind != "file":
        raise LessonTakesNoFile(f"The lesson {lesson.code} is no file. Change its kind first.", kind=lesson.kind)


def free_name(draft: CourseVersion, lesson: Lesson, wanted: str) -> str:
    """Give the name of a lesson's file in the course: the one it has, unless another file or a text goes by it."""
    others = [one for one in draft.lessons if one is not lesson]
    taken = {one.material.name.casefold() for one in others if one.material}
    taken |= {"course.yaml", *(f"lessons/{one.code}.md".casefold() for one in others)}
    steps = (wanted, f"files/{lesson.code}/{wanted}", f"files/{lesson.id}/{wanted}")
    return next(name for name in steps if name.casefold() not in taken)


def put_outcomes(draft: CourseVersion, levels: Mapping[str, int]) -> None:
    """Put what the draft leads to: levels from 1 to 5 by competency, in their order."""
    draft.outcomes = [
        Outcome(tenant=draft.tenant, position=place, competency=competency, level=level)
        for place, (competency, level) in enumerate(levels.items(), 1)
    ]


def put_rule(draft: CourseVersion, required: Collection[UUID], assessments: Sequence[AssessmentUse]) -> None:
    """Put what completes the course: the lessons to view, and what is asked of each assessment."""
    unknown = sorted(set(required) - {one.id for one in draft.lessons})
    if unknown:
        raise NoSuchLessonInDraft("The draft has no such lesson.", errors={"lessons": [str(one) for one in unknown]})
    for lesson in draft.lessons:
        lesson.required = lesson.id in required
    draft.assessments = [
        CourseAssessment(
            tenant=draft.tenant,
            position=place,
            code=one.code,
            role=one.role,
            must_pass=one.must_pass,
            minimum=one.minimum,
        )
        for place, one in enumerate(assessments, 1)
    ]


def put_trainers(draft: CourseVersion, people: Collection[UUID]) -> None:
    """Put who edits the course."""
    draft.trainers = [CourseTrainer(tenant=draft.tenant, person=one) for one in sorted(set(people))]


def _said(version: CourseVersion) -> tuple[object, ...]:
    facts = (getattr(version, name) for name in CourseFacts.__dataclass_fields__)
    lessons = ((one.id, one.code, one.minutes, one.required, one.kind) for one in version.lessons)
    contents = ((one.title, one.body, one.url, one.material and one.material.id) for one in version.lessons)
    return (
        *facts,
        version.programme.id,
        {one.person for one in version.trainers},
        [*lessons, *contents],
        [(one.competency, one.level) for one in version.outcomes],
        [(one.code, one.role, one.must_pass, one.minimum) for one in version.assessments],
    )


def _number(draft: CourseVersion) -> None:
    for place, lesson in enumerate(draft.lessons, 1):
        lesson.position = place


Part = TypeVar("Part", Lesson, Outcome, CourseAssessment, CourseTrainer)


def _copied(kind: type[Part], one: Part) -> Part:
    columns = inspect(kind).column_attrs.keys()
    copy = kind(**{name: getattr(one, name) for name in columns if name != "version_id"})
    if isinstance(copy, Lesson) and isinstance(one, Lesson):
        copy.material = one.material
    return copy
