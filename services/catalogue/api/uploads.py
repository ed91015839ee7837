"""Receives one file from the body of a request, piece by piece: never more of it in memory than a piece."""

from typing import IO, Any, cast

from flask import request
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser

from services.catalogue.api.blueprint import blueprint
from services.catalogue.storage import Incoming, Received
from shared.errors import Invalid
from shared.web.limits import takes_upload, too_large
from shared.web.marks import View

_FORM = "multipart/form-data"
_RAW = "application/octet-stream"
_BINARY = {"type": "string", "format": "binary"}
_DOCUMENTED = {
    _RAW: {"schema": _BINARY},
    _FORM: {"schema": {"type": "object", "required": ["file"], "properties": {"file": _BINARY}}},
}
_PIECE = 1 << 16
_LONGEST_FIELDS = 500_000  # It holds for the pieces that werkzeug reads too, which have 64 kB.


class FileIsMissing(Invalid):
    """An upload is one file."""


def takes_file(view: View) -> View:
    """Mark a view that takes one file: as the whole body, or as the part `file` of a form."""
    taking = blueprint.body(*_DOCUMENTED)(takes_upload()(view))
    document: Any = blueprint.doc
    return cast("View", document(requestBody={"content": _DOCUMENTED})(taking))


def receive_file(incoming: Incoming, *, name: str) -> tuple[Received, str]:
    """Write the file of the request at hand into an incoming one; give it, and its name as it was said.

    Raises `FileIsMissing`, `TooLarge`, or werkzeug's `BadRequest` for a body that breaks off.
    """
    most = request.max_content_length or 0
    incoming.limited(most, lambda: too_large(most))
    if request.mimetype == _FORM:
        name = _from_form(incoming) or name
    else:
        while piece := request.stream.read(_PIECE):
            incoming.write(piece)
    received = incoming.received()
    if not received.size:
        raise _missing()
    return received, name


def _from_form(incoming: Incoming) -> str:
    """Let the part `file` of a form be written straight into its place, which is why `request.files` is not asked."""
    taken: list[Incoming] = []

    def place(*_: Any, **__: Any) -> IO[bytes]:
        if taken:
            raise FileIsMissing("Send one file, not several.", errors={"file": ["Send one file, not several."]})
        taken.append(incoming)
        return cast("IO[bytes]", _Place(incoming))

    parser = FormDataParser(place, max_form_memory_size=_LONGEST_FIELDS, max_form_parts=10, silent=False)
    try:
        _, _, files = parser.parse(request.stream, request.mimetype, request.content_length, request.mimetype_params)
    except ValueError as broken:
        raise BadRequest("The form breaks off or is no form.") from broken
    if "file" not in files:
        raise _missing()
    return files["file"].filename or ""


class _Place:
    """What werkzeug writes a part into, and goes back to the beginning of to hand it on, as nobody needs here."""

    def __init__(self, incoming: Incoming) -> None:
        self.write = incoming.write

    def seek(self, place: int) -> int:
        return place


def _missing() -> FileIsMissing:
    return FileIsMissing("No file came.", errors={"file": ["Send a file, as the whole body or as this part."]})
