"""A learner takes the course over HTTP; profile, learning hours and figures follow by themselves."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import select

from shared.database import Database
from shared.plumbing import outbox
from tests.journeys.conftest import FIRST_LEARNERS
from tests.journeys.stage import City, eventually
from tests.journeys.suites import Suite

LESSON_MINUTES = 170
MINUTES_COUNTED_A_DAY = 3 * 45
"""E-learning counts three JP of 45 minutes a day at most."""


@dataclass(frozen=True)
class Seen:
    """What a learner sees of themselves, and an analyst of the course."""

    profile: dict[str, Any]
    hours: dict[str, Any]
    evidence: list[dict[str, Any]]
    figures: dict[str, Any]

    def line(self, competency: str) -> dict[str, Any]:
        return next(one for one in self.profile["competencies"] if one["competency"] == competency)


@dataclass(frozen=True)
class Journey:
    """What was seen before somebody took the course and after, the enrolment, and how soon after the last hand-in."""

    before: Seen
    after: Seen
    enrolment: dict[str, Any]
    seconds: float


@pytest.fixture(scope="module")
def journey(begun: Suite, city: City) -> Journey:
    begun.start()
    visitor = city.newcomer()

    def look() -> Seen:
        figures = city.figures()  # First: whatever else the completion moved has moved with them.
        return Seen(
            visitor.get("evaluation/me/profile"),
            visitor.get("evaluation/me/learning-hours"),
            visitor.all_of("evaluation/me/evidence"),
            figures,
        )

    before = eventually(look, lambda seen: seen.figures["completed"] == seen.figures["enrolled"])
    enrolment = city.learn(visitor)
    handed_in = perf_counter()
    after = eventually(look, lambda seen: seen.figures["completed"] > before.figures["completed"])
    return Journey(before, after, enrolment, perf_counter() - handed_in)


def test_everything_follows_within_seconds_of_the_last_hand_in(journey: Journey) -> None:
    assert journey.seconds < 5


def test_a_level_rises_from_not_assessed_and_the_gap_for_the_post_follows(journey: Journey) -> None:
    before, after = journey.before.line("PP"), journey.after.line("PP")
    assert (before["level"], before["gap"], before["status"]) == (None, None, "not assessed")
    assert after["level"] >= 1
    assert after["gap"] == after["required"] - after["level"]
    assert journey.after.profile["assessed"] > journey.before.profile["assessed"] == 0


def test_e_learning_counts_three_jp_of_a_day(journey: Journey) -> None:
    hours = journey.after.hours
    assert journey.before.hours["minutes"] == 0
    assert sum(entry["minutes"] for entry in hours["entries"]) == LESSON_MINUTES
    for entry in hours["entries"]:
        assert entry["counted_minutes"] == min(entry["minutes"], MINUTES_COUNTED_A_DAY)
        assert entry["cut_minutes"] == entry["minutes"] - entry["counted_minutes"]
    assert hours["minutes"] == sum(entry["counted_minutes"] for entry in hours["entries"])
    assert hours["jp"] == f"{hours['minutes'] / 45:.2f}"


def test_figures_count_every_learner_once(journey: Journey) -> None:
    before, after = journey.before.figures, journey.after.figures
    assert before["enrolled"] >= FIRST_LEARNERS
    assert [after[name] - before[name] for name in ("enrolled", "completed", "n")] == [1, 1, 1]
    assert after["enrolled"] == after["completed"] == after["n"]
    assert after["as_of"] > before["as_of"]


def test_the_rows_behind_the_figures_are_the_enrolments_with_both_tests(city: City, journey: Journey) -> None:
    rows = {row["enrolment"]: row for row in city.rows()}
    assert len(rows) == journey.after.figures["enrolled"]
    mine = rows[journey.enrolment["id"]]
    assert mine["person"] == journey.after.profile["person"]
    assert mine["pre"] < mine["post"] == 10_000


def test_every_row_and_line_names_events_that_were_said(suite: Suite, city: City, journey: Journey) -> None:
    said = _events_said(suite, "assessment", "enrolment")
    for row in city.rows():
        assert said[row["enrolled_event"]] == "wiyata.enrolment.learner.enrolled.v1"
        assert said[row["completed_event"]] == "wiyata.enrolment.training.completed.v1"
    kinds = {said[line["event"]] for line in journey.after.evidence}
    assert kinds == {"wiyata.assessment.attempt.graded.v1", "wiyata.enrolment.training.completed.v1"}
    assert {said[entry["event"]] for entry in journey.after.hours["entries"]} == {
        "wiyata.enrolment.training.completed.v1"
    }


def _events_said(suite: Suite, *services: str) -> dict[str, str]:
    """Give the type of every event that stands in the outboxes of some services, by its id."""
    said: dict[str, str] = {}
    for service in services:
        database = Database(suite.database(service))
        with database.reading() as session:
            said |= {str(row.id): row.type for row in session.execute(select(outbox.c.id, outbox.c.type))}
        database.close()
    return said
