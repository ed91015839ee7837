"""Every shape of an event that was ever sent stays readable; the examples keep them."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.events import decode, encode, registry

EXAMPLES = Path(__file__).parent / "examples"
PERSONAL = {"nip", "nik", "name_of_person", "email", "phone", "nama", "address", "birth_date"}


def recorded(event_type: str) -> list[dict[str, Any]]:
    shapes: list[dict[str, Any]] = json.loads((EXAMPLES / f"{event_type}.json").read_text())
    return shapes


@pytest.mark.parametrize("event_type", sorted(registry))
def test_every_event_type_has_recorded_shapes_that_are_read_as_they_were_meant(event_type: str) -> None:
    for shape in recorded(event_type):
        event = decode(json.dumps(shape))
        assert type(event) is registry[event_type]
        assert decode(encode(event)) == event
        assert sent_fields(shape["data"]) <= sent_fields(json.loads(encode(event))["data"])


@pytest.mark.parametrize("event_type", sorted(registry))
def test_the_newest_recorded_shape_is_the_one_that_is_sent_now(event_type: str) -> None:
    newest = recorded(event_type)[-1]
    assert json.loads(encode(decode(json.dumps(newest)))) == newest


@pytest.mark.parametrize("event_type", sorted(registry))
def test_no_event_has_a_field_for_a_persons_name_number_or_address(event_type: str) -> None:
    assert not PERSONAL & {name.rsplit("/")[-1] for shape in recorded(event_type) for name in sent_fields(shape)}


def test_every_recorded_shape_has_an_event_type() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(registry)


def sent_fields(value: Any, place: str = "") -> set[str]:
    """Give the paths of all fields in a JSON value."""
    if isinstance(value, dict):
        return {f"{place}/{name}" for name in value}.union(
            *(sent_fields(one, f"{place}/{n}") for n, one in value.items())
        )
    if isinstance(value, list):
        return set().union(*(sent_fields(one, place) for one in value))
    return set()
