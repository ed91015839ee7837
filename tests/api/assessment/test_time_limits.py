"""Attempts that end by the clock: at their time limit, or with the last day of the class."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import clock
from shared.events.assessment import AttemptGraded
from tests.api.assessment.conftest import City, Sitting, choose

BEGIN = datetime(2026, 3, 9, 2, tzinfo=UTC)
END = BEGIN + timedelta(minutes=30)
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def hurried(city: City) -> Sitting:
    """A learner with thirty minutes for three questions."""
    assessment = city.assessment(city.bank(), time_limit_minutes=30)
    city.publish(assessment)
    city.pin(assessment)
    learner = city.person()
    return Sitting(city, learner, city.enrol(learner), assessment)


def begin(sitting: Sitting) -> dict[str, Any]:
    """Begin, and answer the first question right."""
    with clock.telling(BEGIN):
        attempt = sitting.begin()
        assert sitting.save(attempt, choose(attempt["questions"][0], right=True)).status_code == 200
    return attempt


@pytest.mark.parametrize("minutes", [0, 10_081, "30", 1.5])
def test_a_time_limit_is_one_minute_to_seven_days(city: City, minutes: object) -> None:
    wanted = {"code": "x", "title": "T", "role": "quiz", "bank": city.bank(), "time_limit_minutes": minutes}
    answer = city.trainer.post("/assessments", json=wanted)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["time_limit_minutes"])


def test_an_attempt_tells_when_it_ends(hurried: Sitting) -> None:
    made = hurried.city.trainer.get(f"/assessments/{hurried.assessment}").json
    attempt = begin(hurried)
    assert made["time_limit_minutes"] == 30
    assert datetime.fromisoformat(attempt["closes_at"]) == END


def test_the_clock_of_the_server_decides_what_is_late(hurried: Sitting) -> None:
    attempt = begin(hurried)
    choice = choose(attempt["questions"][1], right=True, sequence=2)
    with clock.telling(END - MOMENT):
        assert hurried.save(attempt, choice).status_code == 200
    with clock.telling(END):
        late = hurried.save(attempt, {**choice, "sequence": 3})
    assert (late.status_code, late.json["type"]) == (409, "/problems/time-is-up")
    assert late.json["parameters"] == {"closes_at": END.isoformat()}


def test_beginning_again_after_the_end_hands_in_and_gives_the_next_attempt(hurried: Sitting) -> None:
    first = begin(hurried)
    with clock.telling(END):
        second = hurried.start()
    assert (second.status_code, second.json["number"]) == (201, 2)
    assert datetime.fromisoformat(second.json["closes_at"]) == END + timedelta(minutes=30)
    assert hurried.learner.get(f"/attempts/{first['id']}").json["state"] == "handed_in"
    assert len(hurried.city.said(AttemptGraded)) == 1
