"""Tells what a certificate is by its content; its name and what the sender says of it are not believed."""

from services.evaluation.model.tables.activities import CertificateIsOfNoKnownKind

_BY_BEGINNING = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
"""How the name of a downloaded certificate ends."""


def content_type_of(content: bytes) -> str:
    """Give the media type of a certificate. Raises `CertificateIsOfNoKnownKind`."""
    for sign, kind in _BY_BEGINNING:
        if content.startswith(sign):
            return kind
    raise CertificateIsOfNoKnownKind("Send the certificate as a PDF, a JPEG or a PNG; this file is none of them.")
