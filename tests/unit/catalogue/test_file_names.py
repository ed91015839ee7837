"""How an uploaded file is called: plainly, and unlike any other file of its course."""

import pytest

from services.catalogue.archive import name_fault
from services.catalogue.commands.uploads import safe_name
from services.catalogue.model import CourseVersion, Lesson, Material
from services.catalogue.model.drafts import free_name
from shared.ids import new_id


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("lembar.pdf", "lembar.pdf"),
        ("/home/saya/lembar.pdf", "lembar.pdf"),
        ("C:\\Dokumen\\lembar.pdf", "lembar.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..", "berkas"),
        ("", "berkas"),
        (".pdf", "pdf"),
        ("a\0b\nc\x7f.pdf", "abc.pdf"),
        ("faktur\u202efdp.exe", "fakturfdp.exe"),
        ('a:b*c?"<>|.pdf', "abc.pdf"),
        ("naskah.نص", "naskah.نص"),
        ("a" * 300 + ".pdf", "a" * 96 + ".pdf"),
        ("a." + "b" * 300, "a." + "b" * 10),
        ("e\u0301.pdf", "é.pdf"),
        (" . lembar . ", "lembar"),
    ],
)
def test_a_name_is_cut_to_what_every_machine_can_have(said: str, name: str) -> None:
    assert safe_name(said) == name
    assert name_fault(name) is None


def lesson(code: str, file: str | None = None) -> Lesson:
    made = Lesson(id=new_id(), code=code)
    made.material = Material(id=new_id(), name=file) if file else None
    return made


def test_a_file_has_a_name_that_neither_another_file_nor_a_text_has() -> None:
    own, other, text = lesson("L1", "lembar.pdf"), lesson("L2", "Slide.pdf"), lesson("L3")
    draft = CourseVersion(lessons=[own, other, text])

    assert free_name(draft, own, "lembar.pdf") == "lembar.pdf"
    assert free_name(draft, own, "slide.pdf") == "files/L1/slide.pdf"
    assert free_name(draft, own, "course.yaml") == "files/L1/course.yaml"
    other.material = Material(id=new_id(), name="files/L1/course.yaml")
    assert free_name(draft, own, "course.yaml") == f"files/{own.id}/course.yaml"
