"""What a file is, is told by its content."""

import io
import zipfile
from pathlib import Path

import pytest

from services.catalogue.archive import pack
from services.catalogue.content_types import INLINE, content_type_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = b"application/vnd.oasis.opendocument.text"


def kind_of(folder: Path, content: bytes, name: str = "berkas") -> str | None:
    path = folder / name
    path.write_bytes(content)
    return content_type_of(path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypmp42....", "video/mp4"),
        (b"\x1aE\xdf\xa3....", "video/webm"),
        (b"OggS....", "audio/ogg"),
        (b"ID3\x04....", "audio/mpeg"),
        (pack({"word/document.xml": b"<w/>"}), WORD),
        (pack({"mimetype": ODT, "content.xml": b"<o/>"}), ODT.decode()),
        (pack({"mimetype": b"text/html", "x": b""}), "application/zip"),
        ("Naskah biasa, é.".encode(), "text/plain"),
        (b"<html><script>alert(1)</script></html>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text/plain"),
    ],
)
def test_a_kind_that_is_taken_is_told_by_its_beginning(tmp_path: Path, content: bytes, kind: str) -> None:
    assert kind_of(tmp_path, content) == kind


@pytest.mark.parametrize("content", [b"MZ\x90\x00\x03....", b"\x7fELF\x02", b"", b"\xfe\xfe\xff", b"PK\x03\x04broken"])
def test_anything_else_is_not_taken(tmp_path: Path, content: bytes) -> None:
    assert kind_of(tmp_path, content) is None


def test_a_name_is_not_believed(tmp_path: Path) -> None:
    assert kind_of(tmp_path, b"MZ\x90\x00....", "lembar.pdf") is None


def test_a_sign_cut_in_two_at_the_end_of_the_look_is_still_text(tmp_path: Path) -> None:
    assert kind_of(tmp_path, b"a" * 4095 + "é".encode() * 10) == "text/plain"


def test_an_archive_that_is_encrypted_or_odd_is_refused_or_a_plain_zip(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("mimetype", b"\xff\xfe")
    assert kind_of(tmp_path, target.getvalue()) == "application/zip"


def test_nothing_that_can_hold_a_script_is_shown_in_the_browser() -> None:
    assert not INLINE & {"text/plain", "text/html", "image/svg+xml", "application/zip", WORD}
