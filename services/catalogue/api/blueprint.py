"""The one blueprint of the catalogue."""

from shared.web.api import Blueprint

blueprint = Blueprint("catalogue", __name__, description="Programmes, courses, lessons and their materials.")
