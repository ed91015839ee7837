"""The blueprints of evaluation: they also say which other answers a view gives."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from marshmallow import Schema

from shared.web.api import Blueprint
from shared.web.marks import View


class EvaluationBlueprint(Blueprint):
    """A blueprint whose views name the refusals, and the second good answer, that they may give."""

    def also(self, *refusals: str, **answers: type[Schema]) -> Callable[[View], View]:
        """Document answers by the names of their statuses; `OK=Schema` documents one with a body of its own."""

        def document(view: View) -> View:
            decorate: Any = self.alt_response
            for name in refusals:
                view = decorate(HTTPStatus[name].value, name)(view)
            for name, schema in answers.items():
                view = decorate(HTTPStatus[name].value, schema=schema)(view)
            return view

        return document
