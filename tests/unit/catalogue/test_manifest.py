"""What a course manifest may hold, what is refused and how, and that writing and reading are each other's inverse."""

import hashlib
import io
import stat
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.demo.bundle import course_bundle
from services.catalogue.archive import pack
from services.catalogue.manifest import (
    CompletionRule,
    CourseAssessment,
    CourseFile,
    CourseManifest,
    Lesson,
    Limits,
    ManifestRefused,
    Outcome,
    Programme,
    copy_file,
    read_manifest,
    write_manifest,
)

DEMO = Path(__file__).parents[3] / "deploy" / "demo" / "semarang"
LEAFLET = b"%PDF-1.7 leaflet"
COURSE = """\
programme: {code: LAYANAN, title: Pelayanan Publik}
code: SPP
title: Standar Pelayanan
summary: Ringkasan.
language: id
form: C3
scope: domestic
outcomes:
- {competency: PP, level: 3}
lessons:
- {code: L1, title: Dasar, minutes: 30, required: true, kind: text, body_file: lessons/L1.md}
- {code: L2, title: Lembar, minutes: 5, required: false, kind: file, file: leaflet.pdf}
- {code: L3, title: Tautan, minutes: 10, required: true, kind: link, url: "https://www.lapor.go.id/"}
assessments:
- {code: PRE, role: pre, must_pass: false, minimum_bp: 0}
- {code: POST, role: post, must_pass: true, minimum_bp: 7000}
"""
FILES = {"lessons/L1.md": b"# Dasar\n", "leaflet.pdf": LEAFLET}


def archive_of(course: str = COURSE, files: Mapping[str, bytes] = FILES) -> bytes:
    return pack({"course.yaml": course.encode(), **files})


def problems_of(source: bytes, limits: Limits | None = None) -> set[tuple[str, str]]:
    with pytest.raises(ManifestRefused) as refused:
        read_manifest(source, limits=limits)
    assert all(problem.detail.endswith((".", ":")) for problem in refused.value.problems)
    assert refused.value.errors
    return {(problem.path, problem.code) for problem in refused.value.problems}


def test_a_manifest_says_the_whole_course() -> None:
    manifest = read_manifest(archive_of())

    assert manifest == CourseManifest(
        programme=Programme("LAYANAN", "Pelayanan Publik"),
        code="SPP",
        title="Standar Pelayanan",
        summary="Ringkasan.",
        language="id",
        form="C3",
        scope="domestic",
        outcomes=(Outcome("PP", 3),),
        lessons=(
            Lesson("L1", "Dasar", 30, True, "text", body="# Dasar\n"),
            Lesson("L2", "Lembar", 5, False, "file", file="leaflet.pdf"),
            Lesson("L3", "Tautan", 10, True, "link", url="https://www.lapor.go.id/"),
        ),
        assessments=(CourseAssessment("PRE", "pre", False, 0), CourseAssessment("POST", "post", True, 7000)),
        files=(CourseFile("leaflet.pdf", len(LEAFLET), hashlib.sha256(LEAFLET).hexdigest()),),
    )
    assert manifest.completion == CompletionRule(lessons=("L1", "L3"), assessments=(("POST", 7000),))


def test_a_manifest_is_read_from_a_path_as_from_bytes_and_its_files_copied(tmp_path: Path) -> None:
    path = tmp_path / "course.zip"
    path.write_bytes(archive_of())
    target = io.BytesIO()

    assert read_manifest(path) == read_manifest(archive_of())
    assert copy_file(path, "leaflet.pdf", target) == len(LEAFLET)
    assert target.getvalue() == LEAFLET


def test_a_text_may_stand_in_the_yaml_itself() -> None:
    course = COURSE.replace("body_file: lessons/L1.md", 'body: "# Dasar\\n"')

    assert read_manifest(archive_of(course, {"leaflet.pdf": LEAFLET})) == read_manifest(archive_of())


def test_writing_and_reading_a_manifest_change_nothing() -> None:
    manifest = read_manifest(archive_of())

    written = write_manifest(manifest, {"leaflet.pdf": LEAFLET})

    assert read_manifest(written) == manifest
    assert write_manifest(read_manifest(written), {"leaflet.pdf": LEAFLET}) == written


PLAIN = read_manifest(archive_of())


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("title: Standar Pelayanan\n", "", "title", "missing"),
        ("summary:", "sumary:", "sumary", "unknown_key"),
        ("minutes: 30", "minuts: 30, minutes: 30", "lessons[0].minuts", "unknown_key"),
        ("minutes: 30", "minutes: '30'", "lessons[0].minutes", "type"),
        ("minutes: 30", "minutes: true", "lessons[0].minutes", "type"),
        ("minutes: 30", "minutes: 0", "lessons[0].minutes", "value"),
        ("required: false", "required: mungkin", "lessons[1].required", "type"),
        ("kind: file", "kind: video", "lessons[1].kind", "value"),
        ("kind: link", "kind: text", "lessons[2].kind", "value"),
        ("body_file: lessons/L1.md", "url: 'https://x.id', file: a", "lessons[0].kind", "value"),
        ("https://www.lapor.go.id/", "javascript:alert(1)", "lessons[2].url", "value"),
        ("code: L2", "code: l1", "lessons[1].code", "code_twice"),
        ("code: L2", "code: ../L2", "lessons[1].code", "value"),
        ("code: PRE", "code: POST", "assessments[1].code", "code_twice"),
        ("level: 3", "level: 6", "outcomes[0].level", "value"),
        ("role: pre", "role: before", "assessments[0].role", "value"),
        ("minimum_bp: 7000", "minimum_bp: 70000", "assessments[1].minimum_bp", "value"),
        ("form: C3", "form: e-learning", "form", "value"),
        ("scope: domestic", "scope: local", "scope", "value"),
        ("language: id", "language: Indonesian", "language", "value"),
        ("code: SPP", "code:", "code", "empty"),
        ("title: Dasar", 'title: "a\\0b"', "lessons[0].title", "value"),
        ("title: Dasar", 'title: "a\\ud800b"', "lessons[0].title", "value"),
        ("title: Dasar", "title: 2026-01-01", "lessons[0].title", "type"),
        ("outcomes:\n- {competency: PP, level: 3}", "outcomes: PP", "outcomes", "type"),
        ("programme: {code: LAYANAN, title: Pelayanan Publik}", "programme: LAYANAN", "programme", "type"),
        ("lessons/L1.md", "lessons/L9.md", "lessons[0].body_file", "file_missing"),
        ("file: leaflet.pdf", "file: brochure.pdf", "lessons[1].file", "file_missing"),
        ("file: leaflet.pdf", "file: brochure.pdf", "leaflet.pdf", "file_unused"),
        ("code: SPP", "code: SPP\ncode: SPQ", "line 3", "key_twice"),
        ("title: Dasar", "title: &judul Dasar", "line 11", "alias"),
        ("title: Dasar", "title: !!python/name:os.system Dasar", "line 11", "tag"),
        ("summary: Ringkasan.", "summary: [", "line 6", "yaml"),
        ("summary: Ringkasan.", "summary: 2026-13-45", "", "yaml"),
        ("summary: Ringkasan.", "summary: " + "[" * 40 + "]" * 40, "line 4", "too_deep"),
        (COURSE, "- satu\n- dua\n", "", "no_mapping"),
        (COURSE, "", "course.yaml", "text_empty"),
    ],
)
def test_a_fault_in_the_yaml_is_named_by_its_place(old: str, new: str, path: str, code: str) -> None:
    assert old in COURSE

    assert (path, code) in problems_of(archive_of(COURSE.replace(old, new, 1)))


def test_all_problems_are_told_at_once() -> None:
    course = COURSE.replace("minutes: 30", "minutes: -1").replace("level: 3", "level: 9").replace("form: C3\n", "")

    assert problems_of(archive_of(course)) == {
        ("lessons[0].minutes", "value"),
        ("outcomes[0].level", "value"),
        ("form", "missing"),
    }


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{step}: &a{step} [{', '.join([f'*a{step - 1}'] * 9)}]" for step in range(1, 12)]

    assert problems_of(archive_of("\n".join(rows))) == {("line 1", "alias")}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../outside.txt", "name"),
        ("lessons/../../outside.txt", "name"),
        ("/etc/passwd", "name"),
        ("C:/windows/system.ini", "name"),
        ("lessons\\..\\outside.txt", "name"),
        ("a//b.txt", "name"),
        ("./a.txt", "name"),
        ("bel\x07.txt", "name"),
    ],
)
def test_a_file_that_would_land_elsewhere_is_refused(name: str, code: str) -> None:
    assert (name, code) in problems_of(archive_of(files={**FILES, name: b"x"}))


def test_an_entry_without_a_name_is_refused() -> None:
    nameless = archive_of(files={**FILES, "~": b"x"}).replace(b"~", b"\0")

    assert ("", "name") in problems_of(nameless)


def test_names_that_differ_in_case_alone_are_refused() -> None:
    assert problems_of(archive_of(files={**FILES, "LEAFLET.pdf": b"x"})) == {("leaflet.pdf", "name_twice")}


def test_the_same_name_twice_is_refused() -> None:
    target = io.BytesIO(archive_of())
    with warnings.catch_warnings(), zipfile.ZipFile(target, "a") as zipped:
        warnings.simplefilter("ignore", UserWarning)
        zipped.writestr("leaflet.pdf", b"another")

    assert ("leaflet.pdf", "name_twice") in problems_of(target.getvalue())


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(kind: int) -> None:
    entry = zipfile.ZipInfo("link.pdf")
    entry.create_system = 3
    entry.external_attr = (kind | 0o777) << 16
    target = io.BytesIO(archive_of())
    with zipfile.ZipFile(target, "a") as zipped:
        zipped.writestr(entry, "/etc/passwd")

    assert ("link.pdf", "no_plain_file") in problems_of(target.getvalue())


def test_a_zip_bomb_is_refused_unopened() -> None:
    target = io.BytesIO(archive_of())
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("bomb.pdf", bytes(30_000_000))

    assert ("bomb.pdf", "ratio") in problems_of(target.getvalue())


def test_unusual_compression_is_refused() -> None:
    target = io.BytesIO(archive_of())
    with zipfile.ZipFile(target, "a", zipfile.ZIP_LZMA) as zipped:
        zipped.writestr("film.mp4", b"x" * 100)

    assert ("film.mp4", "compression") in problems_of(target.getvalue())


def test_limits_are_kept_and_named() -> None:
    whole = archive_of()

    assert problems_of(whole, Limits(max_bytes=100)) == {("", "archive_too_large")}
    assert problems_of(whole, Limits(max_unpacked=100)) == {("", "unpacked_too_large")}
    assert problems_of(whole, Limits(max_entries=2)) == {("", "too_many_entries")}
    assert problems_of(whole, Limits(max_yaml=100)) == {("course.yaml", "text_too_large")}
    assert problems_of(whole, Limits(max_text=3)) == {("lessons[0].body_file", "text_too_large")}


def test_a_text_that_is_no_text_is_refused() -> None:
    place = "lessons[0].body_file"

    assert problems_of(archive_of(files={**FILES, "lessons/L1.md": b"\xff\xfe"})) == {(place, "not_utf8")}
    assert problems_of(archive_of(files={**FILES, "lessons/L1.md": b"a\0b"})) == {(place, "control_character")}
    assert problems_of(archive_of(files={**FILES, "lessons/L1.md": b" \n"})) == {(place, "text_empty")}


def test_an_archive_without_a_course_is_refused() -> None:
    assert problems_of(pack({"kursus.yaml": COURSE.encode()})) == {("course.yaml", "file_missing")}
    assert problems_of(b"") == {("", "no_archive")}
    assert problems_of(COURSE.encode()) == {("", "no_archive")}


def test_a_damaged_file_is_refused_by_its_checksum() -> None:
    damaged = archive_of().replace(LEAFLET, LEAFLET[::-1])

    assert problems_of(damaged) == {("leaflet.pdf", "damaged")}


def test_a_manifest_is_written_only_with_exactly_its_files() -> None:
    manifest = read_manifest(archive_of())

    for files in ({}, {"leaflet.pdf": LEAFLET, "other.pdf": b""}, {"leaflet.pdf": LEAFLET, "Course.yaml": b""}):
        with pytest.raises(ManifestRefused):
            write_manifest(manifest, files)


def test_the_demo_course_can_be_read_and_written_back() -> None:
    bundle = course_bundle(DEMO / "course")

    manifest = read_manifest(bundle)

    assert course_bundle(DEMO / "course") == bundle
    assert Outcome("PP", 3) in manifest.outcomes
    assert manifest.form == "C3"
    assert len(manifest.lessons) == 5
    assert all(400 <= len((lesson.body or "").split()) <= 750 for lesson in manifest.lessons)
    assert [rule[0] for rule in manifest.completion.assessments] == ["SPP-POST"]
    assert read_manifest(write_manifest(manifest, {})) == manifest
