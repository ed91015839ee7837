"""Tells what a file is by its content; its name and what the sender says of it are not believed."""

import codecs
import zipfile
from pathlib import Path

from services.catalogue.values import has_control_sign

INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser may show in its own window: nothing in it can run as a script of ours."""

TAKEN = "PDF, office document, picture, film, sound, zip archive or plain text"
"""What is taken, in words."""

_HEAD = 4096

_BY_BEGINNING = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
)

_OFFICE = "application/vnd.openxmlformats-officedocument."
_BY_MEMBER = (
    ("word/document.xml", f"{_OFFICE}wordprocessingml.document"),
    ("xl/workbook.xml", f"{_OFFICE}spreadsheetml.sheet"),
    ("ppt/presentation.xml", f"{_OFFICE}presentationml.presentation"),
)
_OPEN_DOCUMENT = frozenset(
    f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet", "presentation")
)


def content_type_of(path: Path) -> str | None:
    """Give the media type of a file that is taken, or None: documents, pictures, films, sounds, archives, plain text.

    Text of any sort (HTML and SVG too) is `text/plain`, so that no browser runs it.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for offset, sign, kind in _BY_BEGINNING:
        if head[offset : offset + len(sign)] == sign:
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _packed(path)
    return "text/plain" if _is_text(head) else None


def _packed(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            first = archive.open("mimetype").read(100).decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return None
    if first in _OPEN_DOCUMENT:
        return first
    return next((kind for member, kind in _BY_MEMBER if member in names), "application/zip")


def _is_text(head: bytes) -> bool:
    try:
        # A sign may be cut in two at the end of the head, so the decoder is not told that this is the end.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(text) and not has_control_sign(text)
