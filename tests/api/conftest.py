"""Whatever an API test is about, every answer in it must be one that the OpenAPI document of the service tells of."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask, Response

OF_THE_EDGE = {400, 405, 411, 413, 415, 429, 500, 503}
"""Refused before a rule is asked, or not a refusal at all: `default` stands for these, and for no other status."""

_documented: dict[str, Mapping[tuple[str, str], set[int]]] = {}


@pytest.fixture(autouse=True)
def _every_answer_is_documented() -> Iterator[None]:
    """Fail a test that met an answer of which the OpenAPI document of its service does not tell."""
    from flask import request, request_finished  # Not above: xdist's own process reads this file as well.

    from shared.web.app import App

    undocumented: set[str] = set()

    def look(app: "Flask", response: "Response", **_: object) -> None:
        if request.url_rule is None or not isinstance(app, App):
            return
        told = _told_by(app).get((request.method, request.url_rule.rule))
        if told is not None and response.status_code not in told | OF_THE_EDGE:
            undocumented.add(f"{request.method} {request.url_rule.rule}: {response.status_code}")

    with request_finished.connected_to(look):
        yield
    assert undocumented == set()


def _told_by(app: "Flask") -> Mapping[tuple[str, str], set[int]]:
    """Give the statuses that a document tells of, by method and rule; GET answers 304 to whoever has it already."""
    name: str = app.extensions["wiyata"].service.name
    if name not in _documented:
        (api,) = app.extensions["flask-smorest"]["apis"].values()
        paths = api["ext_obj"].document()["paths"]
        rules = {re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", one.rule): one.rule for one in app.url_map.iter_rules()}
        _documented[name] = {
            (method.upper(), rules[path]): {int(one) for one in said["responses"] if one != "default"} | _kept(method)
            for path, item in paths.items()
            for method, said in item.items()
            if method != "parameters"
        }
    return _documented[name]


def _kept(method: str) -> set[int]:
    return {304} if method == "get" else set()
