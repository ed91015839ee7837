"""How an event becomes CloudEvents JSON and comes back."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shared.events import BrokenPayload, UnknownType, decode
from shared.events.base import Event
from shared.events.schema import schema_of
from tests.contracts.test_examples import recorded

COMPLETED = "wiyata.enrolment.training.completed.v1"


def envelope(**changes: Any) -> str:
    return json.dumps(recorded(COMPLETED)[0] | changes)


def with_data(**changes: Any) -> str:
    shape = recorded(COMPLETED)[0]
    return json.dumps(shape | {"data": shape["data"] | changes})


def test_a_field_that_this_program_does_not_know_yet_is_ignored() -> None:
    assert decode(with_data(mood="cheerful")) == decode(envelope())


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[1]",
        "null",
        "{}",
        envelope(tenant="Semarang"),
        envelope(time="yesterday"),
        envelope(sequence=None),
        envelope(data=None),
        envelope(data=[]),
        with_data(person=None),
        with_data(minutes=[{"day": "2026-02-30", "minutes": 3}]),
        with_data(revision="1.5"),
        with_data(scope="lunar"),
        "[" * 100_000,
    ],
)
def test_what_is_no_event_is_a_broken_payload(body: str) -> None:
    with pytest.raises(BrokenPayload):
        decode(body)


def test_an_unregistered_type_is_unknown_and_not_broken() -> None:
    with pytest.raises(UnknownType):
        decode(envelope(type="wiyata.enrolment.training.completed.v9"))


def test_the_envelope_is_that_of_cloudevents() -> None:
    shape = recorded(COMPLETED)[0]
    required = {"specversion": "1.0", "type": COMPLETED, "source": "/wiyata/enrolment"}
    assert required.items() <= shape.items()
    assert all(name == name.lower() and name.isalnum() for name in shape)


def test_two_events_of_one_type_can_not_be_registered() -> None:
    with pytest.raises(TypeError, match=COMPLETED):
        type("Second", (Event,), {}, type=COMPLETED, about="tenant")


def test_an_event_can_not_carry_what_has_no_schema() -> None:
    @dataclass(frozen=True)
    class Odd:
        path: Path

    with pytest.raises(TypeError, match="can't carry"):
        schema_of(Odd)


def test_a_line_is_the_person_for_facts_about_a_learner_and_else_the_aggregate_in_its_tenant() -> None:
    completed = decode(envelope())
    assert completed.partition_key == recorded(COMPLETED)[0]["data"]["person"]
    unit = decode(json.dumps(recorded("wiyata.identity.unit.defined.v1")[0]))
    assert unit.partition_key == f"{unit.tenant}/unit/{unit.unit}"  # type: ignore[attr-defined]  # decode gives an Event
