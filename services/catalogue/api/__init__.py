"""The HTTP API of the catalogue."""

from services.catalogue.api import (
    courses,
    draft_lessons,
    drafts,
    gains,
    imports,
    materials,
    offers,
    programmes,
    versions,
)
from services.catalogue.api.blueprint import blueprint

__all__ = [
    "blueprint",
    "courses",
    "draft_lessons",
    "drafts",
    "gains",
    "imports",
    "materials",
    "offers",
    "programmes",
    "versions",
]
