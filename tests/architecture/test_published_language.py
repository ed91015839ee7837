"""What the services say to each other: somebody says it, somebody hears it, and the documents tell it as it is."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.documents import ENVELOPE, asyncapi, documents
from services.embedded import SERVICES
from shared.events import Event, registry
from tests.architecture.house import ROOT, modules
from tests.contracts.test_examples import recorded

PUBLIC_CONTRACTS = {"CompetencyLevelChanged"}
"""Events that nobody here listens to yet, said for systems around the suite. Any other unheard event is not said."""

DOCUMENTS = documents(SERVICES)
ASYNCAPI = asyncapi(SERVICES)

every_event = pytest.mark.parametrize("kind", registry.values(), ids=lambda kind: kind.__name__)


def publisher_of(kind: type[Event]) -> str:
    return kind.type.split(".")[1]


@cache
def says_in(folder: str) -> frozenset[str]:
    """Name the classes that the code of a folder makes an object of."""
    return frozenset(
        node.func.id
        for module in modules(folder)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )


@every_event
def test_an_event_is_said_by_its_publisher_and_by_nobody_else(kind: type[Event]) -> None:
    speakers = {one.name for one in SERVICES if kind.__name__ in says_in(f"services/{one.name}")}

    assert speakers == {publisher_of(kind)}, f"{kind.__name__} is to be said in services/{publisher_of(kind)} alone."


@every_event
def test_an_event_is_defined_in_the_module_of_its_publisher(kind: type[Event]) -> None:
    assert kind.__module__ == f"shared.events.{publisher_of(kind)}"


def test_every_event_is_heard_or_a_contract_with_the_outside() -> None:
    heard = {kind for service in SERVICES for kind in service.hears}

    assert {kind.__name__ for kind in registry.values() if kind not in heard} == PUBLIC_CONTRACTS


def test_services_listen_only_to_events_that_are_registered() -> None:
    strangers = [
        f"{service.name}: {kind.__name__}"
        for service in SERVICES
        for kind in service.hears
        if registry.get(kind.type) is not kind
    ]

    assert not strangers


def test_services_listen_only_on_topics_on_which_somebody_speaks() -> None:
    spoken = {one.topic for one in SERVICES}

    assert {topic for service in SERVICES for topic in service.topics} <= spoken


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_generated_document_is_current(path: Path) -> None:
    assert path.exists(), "Write the documents with `make docs`."
    assert path.read_text(encoding="utf-8") == DOCUMENTS[path], "Write the documents anew with `make docs`."


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    assert [place for place in references(ASYNCAPI) if found(ASYNCAPI, place) is None] == []


def test_an_operation_sends_and_receives_only_messages_of_its_channel() -> None:
    for name, operation in ASYNCAPI["operations"].items():
        channel = operation["channel"]["$ref"]
        assert operation["action"] in {"send", "receive"}
        assert operation["messages"], name
        assert all(one["$ref"].startswith(f"{channel}/messages/") for one in operation["messages"]), name


def test_the_asyncapi_document_has_every_topic_message_and_listener() -> None:
    operations = ASYNCAPI["operations"]
    receives = {name for name, one in operations.items() if one["action"] == "receive"}

    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(ASYNCAPI["info"])
    assert {one["address"] for one in ASYNCAPI["channels"].values()} == {f"wiyata.{one}" for one in speakers()}
    assert {one["name"] for one in ASYNCAPI["components"]["messages"].values()} == set(registry)
    assert set(operations) - receives == {f"{one}Says" for one in speakers()}
    assert len(receives) == sum(len(service.topics) for service in SERVICES)


def test_the_envelope_of_the_document_has_the_fields_of_a_recorded_event() -> None:
    sent = {name for type_ in registry for shape in recorded(type_) for name in shape}

    assert sent - {"data"} <= set(ENVELOPE)
    assert set(ENVELOPE) - sent <= {"traceparent"}


@every_event
def test_the_asyncapi_document_describes_every_shape_that_was_ever_sent(kind: type[Event]) -> None:
    whole = Draft202012Validator({**ASYNCAPI, "$ref": f"#/components/messages/{kind.__name__}/payload"})

    for shape in recorded(kind.type):
        assert [error.message for error in whole.iter_errors(shape)] == []
        for name in shape["data"]:
            assert not whole.is_valid({**shape, "data": {**shape["data"], name: object()}}), name


def test_the_catalogue_is_linked_where_a_reader_begins() -> None:
    assert "docs/events.md" in (ROOT / "README.md").read_text(encoding="utf-8")


def speakers() -> set[str]:
    return {publisher_of(kind) for kind in registry.values()}


def references(value: Any) -> list[str]:
    """List every `$ref` in a document."""
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [place for one in value.values() for place in references(one)]
    return [place for one in value for place in references(one)] if isinstance(value, list) else []


def found(document: Any, place: str) -> Any:
    """Give what a local reference points to, or None."""
    at = document
    for step in place.removeprefix("#/").split("/"):
        at = at.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(at, dict) else None
    return at
