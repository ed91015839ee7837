"""Withdrawing: the place is free, what was marked stays, and the learner may begin anew."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.events.enrolment import EnrolmentClosed
from shared.ids import new_id
from tests.api.enrolment.city import City, Course


@pytest.fixture
def course(city: City) -> Course:
    return city.publish()


@pytest.fixture
def enrolment(city: City, course: Course) -> dict[str, Any]:
    return city.enrol(city.person(), course)


def test_a_learner_withdraws_once_and_keeps_what_was_marked(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    city.mark(enrolment, course.lessons[0])
    learner, path = city.learner(UUID(enrolment["person"])), f"/enrolments/{enrolment['id']}"
    first, again = learner.put(f"{path}/withdrawal"), learner.put(f"{path}/withdrawal")
    assert (first.status_code, again.json) == (200, first.json)
    assert [first.json[name] for name in ("state", "closed_reason", "closed_on")] == [
        "closed",
        "withdrawn",
        "2026-11-03",
    ]
    assert first.json["lessons"][0]["marked_at"] is not None
    (event,) = city.said(EnrolmentClosed)
    assert (event.enrolment, event.reason, event.closed_on) == (UUID(enrolment["id"]), "withdrawn", date(2026, 11, 3))
    refused = learner.put(f"{path}/lessons/{course.lessons[1]}")
    assert refused.json["type"] == "/problems/enrolment-is-not-open"


def test_nobody_withdraws_from_what_is_completed(city: City, course: Course, enrolment: dict[str, Any]) -> None:
    city.complete(course, enrolment)
    refused = city.administrator.put(f"/enrolments/{enrolment['id']}/withdrawal")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/enrolment-is-completed")
    assert city.said(EnrolmentClosed) == []


def test_a_manager_withdraws_people_of_their_units_and_outsiders_nobody(
    city: City, other_city: City, enrolment: dict[str, Any]
) -> None:
    path = f"/enrolments/{enrolment['id']}/withdrawal"
    hidden_from = (city.learner(), city.manager(new_id()), other_city.administrator)
    assert [one.put(path).json["type"] for one in hidden_from] == ["/problems/enrolment-not-found"] * 3
    assert [city.visitor(None, role).put(path).status_code for role in ("trainer", "analyst", "operator")] == [403] * 3
    assert city.shown(enrolment)["state"] == "open"
    assert city.manager().put(path).json["state"] == "closed"
