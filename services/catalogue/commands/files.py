"""Takes the files of a manifest out of its archive, and keeps them as materials of a course."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.archive import Problem
from services.catalogue.content_types import TAKEN, content_type_of
from services.catalogue.manifest import CourseFile, CourseManifest, Limits, ManifestRefused, copy_file
from services.catalogue.model import Course, Material
from services.catalogue.storage import Received, Storage
from shared.ids import new_id


@dataclass(frozen=True)
class Unpacked:
    """A file of a manifest, where it lies now, and what its content is."""

    file: CourseFile
    received: Received
    content_type: str


@contextmanager
def unpacked(
    archive: Path, manifest: CourseManifest, *, storage: Storage, limits: Limits
) -> Iterator[Mapping[str, Unpacked]]:
    """Copy the files out of the archive, for the length of a block; give them by name.

    It is done before anything is asked of the database, so that no lock is held while large files are copied.
    Raises `ManifestRefused` naming the lessons whose file is of no kind that is taken.
    """
    found: dict[str, Unpacked] = {}
    problems: list[Problem] = []
    with ExitStack() as stack:
        for file in manifest.files:
            incoming = stack.enter_context(storage.receiving())
            copy_file(archive, file.name, incoming, limits=limits)
            received = incoming.received()
            kind = content_type_of(received.path)
            if kind is None:
                problems += _unknown_kind(manifest, file)
            else:
                found[file.name] = Unpacked(file, received, kind)
        if problems:
            raise ManifestRefused(problems)
        yield found


def keep_files(files: Iterable[Unpacked], *, tenant: UUID, storage: Storage) -> None:
    """Keep files for good. One that no committed row names does no harm: the next import finds it."""
    for one in files:
        storage.keep(one.received, tenant)


def materials_of(session: Session, course: Course, files: Mapping[str, Unpacked]) -> dict[str, Material]:
    """Give the materials of a course for files by name: those that it has, and new ones."""
    kept = session.scalars(select(Material).where(Material.course_id == course.id))
    had = {(one.name, one.sha256): one for one in kept}
    return {name: had.get((name, one.file.sha256)) or _material(course, one) for name, one in files.items()}


def _material(course: Course, one: Unpacked) -> Material:
    return Material(
        id=new_id(),
        tenant=course.tenant,
        course_id=course.id,
        name=one.file.name,
        size=one.file.size,
        sha256=one.file.sha256,
        content_type=one.content_type,
    )


def _unknown_kind(manifest: CourseManifest, file: CourseFile) -> Iterator[Problem]:
    for number, lesson in enumerate(manifest.lessons):
        if lesson.file == file.name:
            detail = f"The content of {file.name} is of no kind that is taken: {TAKEN}."
            yield Problem(f"lessons[{number}].file", "kind_of_file", detail)
