"""The HTTP API of the catalogue."""

from services.catalogue.api import courses, imports, materials, versions
from services.catalogue.api.blueprint import blueprint

__all__ = ["blueprint", "courses", "imports", "materials", "versions"]
