"""The one blueprint of the catalogue."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from marshmallow import Schema

from shared.web.api import Blueprint
from shared.web.marks import View


class CatalogueBlueprint(Blueprint):
    """A blueprint whose views also say which other answers they give."""

    def also(self, *statuses: str, **answer: type[Schema]) -> Callable[[View], View]:
        """Document answers by the names of their statuses; `OK=Schema` documents one with a body of its own."""

        def document(view: View) -> View:
            decorate: Any = self.alt_response
            for status in statuses:
                view = decorate(HTTPStatus[status].value, status)(view)
            for status, schema in answer.items():
                view = decorate(HTTPStatus[status].value, schema=schema)(view)
            return view

        return document


blueprint = CatalogueBlueprint("catalogue", __name__, description="Programmes, courses, lessons and their materials.")
