"""Makes an uploaded file what a lesson of a draft is."""

import re
import unicodedata
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.commands.editing import course_to_edit
from services.catalogue.content_types import TAKEN, content_type_of
from services.catalogue.model import Course, Material, drafts
from services.catalogue.storage import Received, Storage
from shared.errors import Invalid
from shared.ids import new_id
from shared.web.caller import Caller

_LONGEST_NAME = 100
_SIGNS = re.compile(r'[:*?"<>|]')


class KindOfFileIsNotTaken(Invalid):
    """A file is of a kind that courses are made of, which its content tells."""


def upload_file(
    session: Session,
    course_id: UUID,
    lesson_id: UUID,
    *,
    by: Caller,
    revision: int,
    received: Received,
    name: str,
    storage: Storage,
) -> Course:
    """Keep a file, and make it what a lesson of the draft is. One that no committed row names does no harm.

    Raises as `course_to_edit`, `CourseHasNoDraft`, `NoSuchLesson`, `LessonTakesNoFile` or `KindOfFileIsNotTaken`.
    """
    kind = content_type_of(received.path)
    if kind is None:
        raise KindOfFileIsNotTaken(f"The content is of no kind that is taken: {TAKEN}.", taken=TAKEN)
    # Before anything is asked of the database, which would hold a lock for as long as a bucket takes.
    storage.keep(received, by.tenant)
    course = course_to_edit(session, course_id, by=by, revision=revision)
    draft = course.changing()
    lesson = draft.lesson(lesson_id)
    drafts.require_file_lesson(lesson)
    name = drafts.free_name(draft, lesson, safe_name(name))
    lesson.material = _material(session, course, received, name=name, kind=kind)
    session.flush()
    return course


def safe_name(said: str) -> str:
    """Give a file's name that every machine can have: its last step, without signs that mean something or hide it."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", said))[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign.isprintable())
    stem, dot, ending = _SIGNS.sub("", plain).strip(" .").rpartition(".")
    stem, ending = (stem, dot + ending[:10]) if stem else (ending, "")
    return f"{stem[: _LONGEST_NAME - len(ending)].strip(' .') or 'berkas'}{ending}"


def _material(session: Session, course: Course, received: Received, *, name: str, kind: str) -> Material:
    same = (Material.course_id == course.id, Material.name == name, Material.sha256 == received.sha256)
    return session.scalar(select(Material).where(Material.tenant == course.tenant, *same)) or Material(
        id=new_id(),
        tenant=course.tenant,
        course_id=course.id,
        name=name,
        size=received.size,
        sha256=received.sha256,
        content_type=kind,
    )
