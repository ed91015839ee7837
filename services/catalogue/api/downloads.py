"""Answers with a kept file: whole or in the range that was asked for, or leaves that to nginx."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from services.catalogue.content_types import INLINE
from services.catalogue.model import Material
from services.catalogue.storage import FolderStorage, Storage
from services.catalogue.storage.port import Opened
from shared.web.edge import edge

# A document that a browser shows may load nothing from elsewhere and run nothing.
SHOWN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"
)
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)
_PIECE = 1 << 16


def download(storage: Storage, material: Material) -> Response:
    """Answer with a file. PDF and pictures may be shown; all else is saved, as what its content is."""
    location = edge().settings.files_location
    if location and isinstance(storage, FolderStorage):
        # nginx cuts ranges and makes an ETag itself, from the client's request, which it still has.
        answer = Response()
        answer.headers["X-Accel-Redirect"] = location + storage.place(material.tenant, material.sha256)
    elif request.if_none_match.contains_weak(material.sha256):
        answer = Response(status=304)
        answer.set_etag(material.sha256)
    else:
        answer = _opened(storage, material)
    answer.mimetype = material.content_type
    _secure(answer, material)
    return answer


def _opened(storage: Storage, material: Material) -> Response:
    part = _wanted(material)
    start, stop = part or (0, material.size)
    answer = Response(status=206 if part else 200)
    if request.method != "HEAD":
        opened = storage.open(material.tenant, material.sha256, start, stop - start if part else None)
        answer.response = _pieces(opened)
        answer.call_on_close(opened.close)
    answer.content_length = stop - start
    answer.headers["Accept-Ranges"] = "bytes"
    if part:
        answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{material.size}"
    answer.set_etag(material.sha256)
    return answer


def _wanted(material: Material) -> tuple[int, int] | None:
    """Give the range that was asked for, from its first byte to the one after its last; None for the whole.

    Several ranges at once, other units and what cannot be read mean the whole, as RFC 9110 (14.2) allows. So does a
    range of another content than the one that stands in `If-Range`.
    """
    said = _RANGE.fullmatch(request.headers.get("Range", ""))
    if said is None or not (said[1] or said[2]):
        return None
    if "If-Range" in request.headers and request.if_range.etag != material.sha256:
        return None
    size = material.size
    if said[1]:
        start, stop = int(said[1]), min(int(said[2]) + 1, size) if said[2] else size
        if said[2] and int(said[2]) < start:
            return None
    else:
        start, stop = max(0, size - int(said[2])), size
    if start >= size:
        raise RequestedRangeNotSatisfiable(size, description=f"The file ends at byte {size - 1}.")
    return start, stop


def _pieces(opened: Opened) -> Iterator[bytes]:
    while piece := opened.read(_PIECE):
        yield piece


def _secure(answer: Response, material: Material) -> None:
    shown = material.content_type in INLINE
    name = material.file_name
    names = {"filename": unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or "berkas"}
    if not name.isascii():
        names["filename*"] = f"UTF-8''{quote(name, safe='')}"
    answer.headers.set("Content-Disposition", "inline" if shown else "attachment", **names)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-cache"
    if shown:
        answer.headers["Content-Security-Policy"] = SHOWN_POLICY
