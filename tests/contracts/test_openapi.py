"""The OpenAPI documents that the services serve: valid, complete about problems, and one language of problem types."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.embedded import SERVICES
from shared.errors import NotYetKnown, Refusal
from shared.web.app import IN_EVERY_SERVICE, App
from shared.web.problems import PROBLEM_JSON, STATUSES, ProblemType, problem_types

every_service = pytest.mark.parametrize("name", [service.name for service in SERVICES])
SAID_BY_TWO = {"class-is-closed", "class-not-open-yet", "course-is-withdrawn", "machine-is-nobody", "person-not-found"}
"""Enrolment and assessment both keep the days of a class, identity and evaluation both know what is one's own.
Enrolment and evaluation both hear of who was erased.

What is withdrawn can be neither begun in enrolment nor offered by the catalogue.
"""

METHODS = {"get", "post", "put", "patch", "delete"}


def served(app: App) -> dict[str, Any]:
    """Fetch the document as a client does."""
    answer = app.test_client().get("/openapi.json")
    document: dict[str, Any] = answer.get_json()
    return document


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Give every operation by its method and path, and whether it takes any parameter or body."""
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            said = item[method]
            asked = [one for one in said.get("parameters", []) if one["in"] == "query"]
            yield f"{method.upper()} {path}", said, bool(asked or "requestBody" in said)


def media_of(document: Mapping[str, Any], answer: Mapping[str, Any]) -> set[str]:
    """Name the media types of an answer, which may stand under `components`."""
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]
    return set(answer.get("content", {}))


@every_service
def test_a_document_is_valid(apps: Mapping[str, App], name: str) -> None:
    document = served(apps[name])
    wrong = [f"{list(one.absolute_path)}: {one.message}" for one in OpenAPIV31SpecValidator(document).iter_errors()]

    assert document["openapi"].startswith("3.1.")
    assert wrong == []


@every_service
def test_a_document_has_every_view_of_the_api_and_its_public_address(apps: Mapping[str, App], name: str) -> None:
    document = served(apps[name])
    own = {
        blueprint.name
        for service in SERVICES
        if service.name == name
        for blueprint in (*service.api, *IN_EVERY_SERVICE)
    }
    routed = {
        method + " " + re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
        for rule in apps[name].url_map.iter_rules()
        if rule.endpoint.split(".")[0] in own
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert document["servers"] == [{"url": f"/api/{name}"}]
    assert {operation for operation, _, _ in operations(document)} == routed


@every_service
def test_every_operation_says_in_a_sentence_what_it_does(apps: Mapping[str, App], name: str) -> None:
    silent = [operation for operation, said, _ in operations(served(apps[name])) if not said.get("summary")]

    assert silent == []


@every_service
def test_every_operation_documents_whom_it_refuses_and_what_it_cannot_use(apps: Mapping[str, App], name: str) -> None:
    missing = [
        f"{operation}: {status}"
        for operation, said, takes_input in operations(served(apps[name]))
        for status, may_happen in {
            "401": said.get("security") != [],
            "403": bool(said.get("x-roles")),
            "422": takes_input,
        }.items()
        if may_happen and status not in said["responses"]
    ]

    assert missing == []


@every_service
def test_every_error_of_every_operation_is_a_problem(apps: Mapping[str, App], name: str) -> None:
    document = served(apps[name])
    other = [
        f"{operation}: {status}"
        for operation, said, _ in operations(document)
        for status, answer in said["responses"].items()
        if (status == "default" or int(status) >= HTTPStatus.BAD_REQUEST)
        and media_of(document, answer) != {PROBLEM_JSON}
    ]

    assert other == []


def test_every_rule_has_a_problem_type_of_its_own_unless_two_services_say_the_same() -> None:
    statuses: dict[str, list[int]] = {}
    for kind in refusals():
        statuses.setdefault(kind.code(), []).append(status_of(kind))

    assert {code for code, found in statuses.items() if len(found) > 1} == SAID_BY_TWO
    assert all(len(set(found)) == 1 for found in statuses.values())
    assert statuses.keys() <= {problem.code for problem in problem_types()}


@pytest.mark.parametrize("problem", problem_types(), ids=lambda problem: problem.code)
def test_a_problem_type_can_stand_in_an_address_and_in_a_catalogue_of_sentences(problem: ProblemType) -> None:
    words = problem.code.split("-")

    assert all(word.isalnum() and word == word.lower() for word in words)
    assert problem.status >= HTTPStatus.BAD_REQUEST
    assert problem.title == " ".join(words).capitalize()


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Give every refusal of the suite that is answered under its own name; facts under way share `not-yet-known`."""
    for below in kind.__subclasses__():
        if below.__module__.startswith(("services.", "shared.")) and (below is NotYetKnown or kind is not NotYetKnown):
            yield below
            yield from refusals(below)


def status_of(kind: type[Refusal]) -> int:
    return next(int(status) for parent, status in STATUSES.items() if issubclass(kind, parent))
