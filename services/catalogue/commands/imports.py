"""Takes a course manifest in: the course's draft becomes what the manifest says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.archive import Problem
from services.catalogue.commands.files import Unpacked, keep_files, materials_of, unpacked
from services.catalogue.editors import first_trainers, require_editor, require_people
from services.catalogue.manifest import CourseManifest, Limits, ManifestRefused, read_manifest
from services.catalogue.manifest import Programme as ProgrammeSaid
from services.catalogue.manifests import differences, draft_of, manifest_of
from services.catalogue.model import Course, Material, Programme
from services.catalogue.queries import lesson_ids_of, load_texts
from services.catalogue.storage import Storage
from shared.ids import new_id
from shared.web.caller import Caller


@dataclass(frozen=True, kw_only=True)
class CourseImport:
    """What an import did, or in a dry run would do.

    `course` is None for a course that a dry run did not make; `version` is the draft's number, or the current one
    where the manifest says the same. `changed` names places of the manifest, and `trainers`.
    """

    course: UUID | None
    code: str
    version: int
    created: bool
    changed: list[str]
    dry_run: bool


def import_course(
    session: Session,
    archive: Path,
    *,
    by: Caller,
    storage: Storage,
    limits: Limits,
    trainers: Sequence[UUID] = (),
    dry_run: bool = False,
) -> CourseImport:
    """Take in a manifest zip. The same manifest again changes nothing; a published version never changes.

    Without `trainers` a course keeps those it has, and a new one gets the caller if that is a person. Raises
    `ManifestRefused` with everything that is wrong, `NotAnEditorOfTheCourse` or `TrainerNotYetKnown`.
    """
    manifest = read_manifest(archive, limits=limits)
    with unpacked(archive, manifest, storage=storage, limits=limits) as files:
        if not dry_run:
            # Before anything is asked of the database, which would hold a lock for as long as a bucket takes.
            keep_files(files.values(), tenant=by.tenant, storage=storage)
        require_people(session, by.tenant, trainers)
        with session.begin_nested() as savepoint:
            done = _take(session, manifest, files, by=by, trainers=trainers)
            if dry_run:
                savepoint.rollback()
                return replace(done, course=None if done.created else done.course, dry_run=True)
    return done


def _take(
    session: Session,
    manifest: CourseManifest,
    files: Mapping[str, Unpacked],
    *,
    by: Caller,
    trainers: Sequence[UUID],
) -> CourseImport:
    course = _course(session, manifest.code, by)
    created, wanted = not course.versions, _trainers(course, trainers, by)
    changed = _changes(session, course, manifest, wanted)
    programme = _programme(session, manifest.programme, by)
    if changed and not _says(course, manifest, wanted):
        materials = materials_of(session, course, files)
        _revise(session, course, manifest, programme=programme, trainers=wanted, materials=materials)
    session.flush()
    number = course.newest.number
    return CourseImport(
        course=course.id, code=course.code, version=number, created=created, changed=changed, dry_run=False
    )


def _course(session: Session, code: str, by: Caller) -> Course:
    # Publications and imports of one course take turns: each decides from the draft it reads.
    statement = select(Course).where(Course.tenant == by.tenant, Course.code == code).with_for_update()
    course = session.scalar(statement)
    if course is None:
        course = Course(id=new_id(), tenant=by.tenant, code=code, current=0, revision=0)
        session.add(course)
    else:
        require_editor(course, by)
    return course


def _trainers(course: Course, given: Sequence[UUID], by: Caller) -> list[UUID]:
    if given:
        return sorted(set(given))
    return course.trainers if course.versions else first_trainers(by)


def _changes(session: Session, course: Course, manifest: CourseManifest, trainers: Sequence[UUID]) -> list[str]:
    if not course.versions:
        return differences(None, manifest)
    load_texts(session, course.versions)
    other_trainers = ["trainers"] if course.trainers != trainers else []
    return differences(manifest_of(course, course.newest), manifest) + other_trainers


def _programme(session: Session, said: ProgrammeSaid, by: Caller) -> Programme:
    """Find or make the programme. Only an administrator gives one that is there another title, for all its courses."""
    statement = select(Programme).where(Programme.tenant == by.tenant, Programme.code == said.code)
    programme = session.scalar(statement)
    if programme is None:
        programme = Programme(id=new_id(), tenant=by.tenant, code=said.code, title=said.title, revision=1)
        session.add(programme)
    elif programme.title != said.title and not by.holds("administrator"):
        detail = f"The programme {said.code} has the title “{programme.title}”; write that, or ask an administrator."
        raise ManifestRefused([Problem("programme.title", "other_title", detail)])
    programme.rename(said.title)
    return programme


def _says(course: Course, manifest: CourseManifest, trainers: Sequence[UUID]) -> bool:
    """Tell whether the newest version is what is wanted: where the draft is, or was given up, or never needed."""
    return bool(course.versions) and manifest_of(course, course.newest) == manifest and course.trainers == trainers


def _revise(
    session: Session,
    course: Course,
    manifest: CourseManifest,
    *,
    programme: Programme,
    trainers: Sequence[UUID],
    materials: Mapping[str, Material],
) -> None:
    """Put a new draft in the place of the old one, or none where the manifest goes back to the current version."""
    lesson_ids = lesson_ids_of(session, course)
    if course.versions and course.draft:
        course.drop_draft()
        session.flush()  # The new draft takes the number of the old one, which must be gone by then.
    if not _says(course, manifest, trainers):
        draft = draft_of(
            manifest, course=course, programme=programme, trainers=trainers, materials=materials, lesson_ids=lesson_ids
        )
        course.begin(draft)
