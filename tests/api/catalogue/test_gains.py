"""What evaluation measured is shown on the course: to the city that learnt, and to who owns the course."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.catalogue.app import service
from shared.events.evaluation import ProgrammeMeasured
from shared.ids import new_id
from shared.messaging.handling import fold
from tests.api.catalogue.conftest import City, House

AS_OF = datetime(2026, 11, 20, 3, tzinfo=UTC)
SHOWN = {"display": "shown", "n": 31, "gain": 1512.5, "low": 1201.0, "high": 1824.0, "g": 0.62}
HIDDEN: dict[str, Any] = {"display": "suppressed", "n": None, "gain": None, "low": None, "high": None, "g": None}


def measured(city: UUID, course: str, sequence: int, **figures: Any) -> ProgrammeMeasured:
    facts: dict[str, Any] = {
        "course": UUID(course),
        "programme": new_id(),
        "as_of": AS_OF,
        "rule_set": "wiyata-2026-01",
    }
    return ProgrammeMeasured(tenant=city, sequence=sequence, **facts, **figures)


def line(city: UUID, **figures: Any) -> dict[str, Any]:
    return {"city": str(city), "as_of": AS_OF.isoformat(), "rule_set": "wiyata-2026-01", **figures}


def gains(city: City, course: str, *role: Any) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = city.get(f"/courses/{course}/gains", *role).get_json()["items"]
    return listed


def test_a_city_sees_its_own_gain_and_the_owner_that_of_every_city(city: City, house: House) -> None:
    course, other = city.published_course(), house.city()
    assert city.get(f"/courses/{course}", "learner").get_json()["gain"] is None
    city.hear(measured(city.id, course, 1, **HIDDEN), measured(other.id, course, 1, **SHOWN))
    assert city.get(f"/courses/{course}", "learner").get_json()["gain"] == line(city.id, **HIDDEN)
    assert gains(city, course, "learner") == [line(city.id, **HIDDEN)]
    both = sorted([line(city.id, **HIDDEN), line(other.id, **SHOWN)], key=lambda one: one["city"])
    assert gains(city, course, "trainer") == gains(city, course, "analyst") == both
    # Until the course is offered there, the other city sees neither it nor what it gained in it.
    assert other.get(f"/courses/{course}/gains").status_code == 404


def test_the_newest_measure_counts_whatever_came_last(city: City) -> None:
    course = city.published_course()
    newer, older = (measured(city.id, course, number, **{**SHOWN, "n": 30 + number}) for number in (2, 1))
    for event in (newer, older):
        city.hear(event)
    assert [one["n"] for one in gains(city, course)] == [32]


def test_the_measures_of_a_batch_are_kept_at_once(city: City) -> None:
    course = city.published_course()
    with city.worker.writing() as session:
        fold(service, session, [measured(city.id, course, number, **SHOWN) for number in (1, 2, 3)])
    assert len(gains(city, course)) == 1
