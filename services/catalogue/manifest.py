"""Reads and writes a course manifest: a zip with `course.yaml` and the course's files beside it.

Reading checks everything before anything is believed and raises ManifestRefused with all problems at once. A manifest
may be incomplete (a draft without outcomes, say); whether a course can be published is the model's to decide.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import IO, Any

import yaml

from services.catalogue.archive import (
    Archive,
    ArchiveLimits,
    ArchiveRefused,
    Problem,
    name_fault,
    open_archive,
    pack_into,
)
from services.catalogue.manifest_schema import read_document
from services.catalogue.values import has_control_sign
from shared.errors import Invalid

MANIFEST_NAME = "course.yaml"


@dataclass(frozen=True)
class Limits(ArchiveLimits):
    """How much a manifest may hold, besides what an archive may: bytes of course.yaml and of one text lesson."""

    max_yaml: int = 250_000
    max_text: int = 400_000


@dataclass(frozen=True)
class Programme:
    """The programme a course belongs to."""

    code: str
    title: str


@dataclass(frozen=True)
class Outcome:
    """What the course leads to: a level from 1 to 5 of a competency."""

    competency: str
    level: int


@dataclass(frozen=True)
class Lesson:
    """One lesson of `minutes`; by `kind` it has a `body` (text, in Markdown), a `file` (its name) or a `url` (link)."""

    code: str
    title: str
    minutes: int
    required: bool
    kind: str
    body: str | None = None
    file: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class CourseAssessment:
    """An assessment of the course by its code; `minimum_bp` is the score to reach in basis points, 0 to 10,000."""

    code: str
    role: str
    must_pass: bool
    minimum_bp: int


@dataclass(frozen=True)
class CompletionRule:
    """What completes the course: lessons to view, and assessments to pass with their minimum in basis points."""

    lessons: tuple[str, ...]
    assessments: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class CourseFile:
    """A file of a file lesson: its name in the archive, its size in bytes and its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class CourseManifest:
    """A course as its manifest says it, in the manifest's order; `files` are sorted by name."""

    programme: Programme
    code: str
    title: str
    summary: str
    language: str
    form: str
    scope: str
    outcomes: tuple[Outcome, ...]
    lessons: tuple[Lesson, ...]
    assessments: tuple[CourseAssessment, ...]
    files: tuple[CourseFile, ...] = ()

    @property
    def completion(self) -> CompletionRule:
        """Return the completion rule: every required lesson, every assessment that must be passed."""
        return CompletionRule(
            tuple(lesson.code for lesson in self.lessons if lesson.required),
            tuple((each.code, each.minimum_bp) for each in self.assessments if each.must_pass),
        )


class ManifestRefused(Invalid):
    """A course manifest cannot be taken; `problems` name a place in course.yaml or in the archive each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            f"The course manifest cannot be taken: {self.problems[0].detail}",
            errors=_by_place(self.problems),
            problems=len(self.problems),
        )


def _by_place(problems: Iterable[Problem]) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for problem in problems:
        places.setdefault(problem.path or MANIFEST_NAME, []).append(problem.detail)
    return places


def read_manifest(source: bytes | Path, *, limits: Limits | None = None) -> CourseManifest:
    """Return the course of a manifest zip, given as bytes or as the path of a file; raises ManifestRefused."""
    limits = limits or Limits()
    try:
        with open_archive(source, limits) as archive:
            return _read(archive, limits)
    except ArchiveRefused as refusal:
        raise ManifestRefused(refusal.problems) from refusal


def copy_file(source: bytes | Path, name: str, target: IO[bytes] | RawIOBase, *, limits: Limits | None = None) -> int:
    """Copy one file of the archive to `target` piece by piece and return its size; raises ManifestRefused.

    `name` comes from `CourseManifest.files`; use it to look the file up, never as a path on this machine.
    """
    try:
        with open_archive(source, limits or Limits()) as archive:
            return sum(target.write(chunk) for chunk in archive.chunks(name))
    except ArchiveRefused as refusal:
        raise ManifestRefused(refusal.problems) from refusal


def write_manifest(manifest: CourseManifest, files: Mapping[str, bytes]) -> bytes:
    """Return the manifest zip of a course: see `write_manifest_into`."""
    target = BytesIO()
    write_manifest_into(target, manifest, {name: [content] for name, content in files.items()})
    return target.getvalue()


def write_manifest_into(target: IO[bytes], manifest: CourseManifest, files: Mapping[str, Iterable[bytes]]) -> None:
    """Write the manifest zip of a course; the same course and files give the same bytes.

    `files` holds the content of every file lesson by name, in pieces. Text lessons become `lessons/<code>.md`. Raises
    ManifestRefused when a content is missing, belongs to no lesson, or would take the place of another file.
    """
    texts = {_text_name(lesson): (lesson.body or "").encode() for lesson in manifest.lessons if lesson.kind == "text"}
    problems = [*_file_problems(manifest.lessons, files), *_name_problems(files, {MANIFEST_NAME, *texts})]
    if problems:
        raise ManifestRefused(problems)
    own = {MANIFEST_NAME: _yaml_of(manifest).encode(), **texts}
    pack_into(target, {**{name: [content] for name, content in own.items()}, **files})


def _read(archive: Archive, limits: Limits) -> CourseManifest:
    problems: list[Problem] = []
    text = _text(archive, MANIFEST_NAME, limits.max_yaml, MANIFEST_NAME, problems)
    document, faults = ({}, problems) if problems else read_document(text)
    if faults:
        raise ArchiveRefused(faults)
    texts = {MANIFEST_NAME, *(said.get("body_file") for said in document["lessons"])}
    lessons = tuple(
        _lesson(said, f"lessons[{i}]", archive, limits, problems) for i, said in enumerate(document["lessons"])
    )
    problems += _file_problems(lessons, archive.names() - texts)
    if problems:
        raise ArchiveRefused(problems)
    return CourseManifest(
        programme=Programme(**document["programme"]),
        **{key: document[key] for key in ("code", "title", "summary", "language", "form", "scope")},
        outcomes=tuple(Outcome(**outcome) for outcome in document["outcomes"]),
        lessons=lessons,
        assessments=tuple(CourseAssessment(**assessment) for assessment in document["assessments"]),
        files=tuple(_described(archive, name) for name in sorted(archive.names() - texts)),
    )


def _lesson(said: Mapping[str, Any], place: str, archive: Archive, limits: Limits, problems: list[Problem]) -> Lesson:
    """Return a lesson; a text that stands in a file of its own is read from there."""
    own = {key: value for key, value in said.items() if key != "body_file"}
    if "body_file" in said:
        own["body"] = _text(archive, said["body_file"], limits.max_text, f"{place}.body_file", problems)
    return Lesson(**own)


def _text(archive: Archive, name: str, longest: int, place: str, problems: list[Problem]) -> str:
    if name not in archive.names():
        problems.append(Problem(place, "file_missing", f"The archive holds no file {name}; add it."))
        return ""
    if archive.size(name) > longest:
        problems.append(Problem(place, "text_too_large", f"The text {name} has over {longest} bytes; shorten it."))
        return ""
    try:
        text = archive.read(name).decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(place, "not_utf8", f"The file {name} is not UTF-8 text; save it as UTF-8."))
        return ""
    if has_control_sign(text):
        problems.append(Problem(place, "control_character", f"The text {name} holds a control character; remove it."))
    if not text.strip():
        problems.append(Problem(place, "text_empty", f"The text {name} is empty; write it."))
    return text


def _file_problems(lessons: Sequence[Lesson], names: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each file that a lesson names and is not there, or is there and no lesson names."""
    for number, lesson in enumerate(lessons):
        if lesson.file is not None and lesson.file not in names:
            yield Problem(f"lessons[{number}].file", "file_missing", f"There is no file {lesson.file}; add it.")
    for name in sorted(set(names) - {lesson.file for lesson in lessons}):
        yield Problem(name, "file_unused", f"No lesson names the file {name}; name it in one or take it out.")


def _name_problems(names: Iterable[str], taken: Collection[str]) -> Iterator[Problem]:
    taken_anywhere = {name.casefold() for name in taken}
    for name in names:
        if fault := name_fault(name):
            yield Problem(name, "name", f"The name {name[:100]!a} {fault}.")
        if name.casefold() in taken_anywhere:
            yield Problem(name, "name_taken", f"The file {name} would take the place of a text; rename it.")


def _described(archive: Archive, name: str) -> CourseFile:
    digest = hashlib.sha256()
    for chunk in archive.chunks(name):
        digest.update(chunk)
    return CourseFile(name, archive.size(name), digest.hexdigest())


def _text_name(lesson: Lesson) -> str:
    return f"lessons/{lesson.code}.md"


def _yaml_of(manifest: CourseManifest) -> str:
    said = asdict(manifest)
    del said["files"]
    for lesson, each in zip(manifest.lessons, said["lessons"], strict=True):
        if lesson.kind == "text":
            each |= {"body": None, "body_file": _text_name(lesson)}
    said["lessons"] = [{key: value for key, value in each.items() if value is not None} for each in said["lessons"]]
    said |= {"outcomes": list(said["outcomes"]), "assessments": list(said["assessments"])}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110)
