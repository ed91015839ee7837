"""The use cases that change the catalogue."""

from services.catalogue.commands.imports import CourseImport, import_course
from services.catalogue.commands.publication import publish_course

__all__ = ["CourseImport", "import_course", "publish_course"]
