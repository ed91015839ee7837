"""Changing and closing classes, and letting go who has not completed."""

from typing import Any

import pytest

from services.enrolment.commands import close_ended_classes
from shared.ids import new_id
from shared.web.auth import Role
from tests.api.enrolment.city import City, Course

DATED = {"kind": "dated", "opens": "2026-11-01", "closes": "2026-11-03"}
PLAN = {"capacity": 5, "trainers": [], "opens": DATED["opens"], "closes": DATED["closes"]}


def test_a_class_can_be_closed_before_its_last_day(city: City) -> None:
    class_ = city.plan(city.publish())
    begun = city.learner().post(f"/classes/{class_}/enrolments").json
    first, again = (city.administrator.put(f"/classes/{class_}/closing") for _ in range(2))
    assert (first.status_code, first.json["closed_on"], again.json) == (200, "2026-11-03", first.json)
    assert city.learner().post(f"/classes/{class_}/enrolments").json["type"] == "/problems/class-is-closed"
    city.tick(close_ended_classes)
    assert city.shown(begun)["closed_on"] == "2026-11-03"
    refused = city.administrator.put(f"/classes/{class_}", {"capacity": 5, "trainers": []}, **{"If-Match": '"2"'})
    assert refused.json["type"] == "/problems/class-is-closed"


def test_a_class_is_changed_from_the_version_that_was_read(city: City) -> None:
    class_ = city.plan(city.publish(), **DATED)
    read = city.administrator.get(f"/classes/{class_}")
    wanted, match = {**PLAN, "closes": "2026-11-20"}, {"If-Match": read.headers["ETag"]}
    changed = city.administrator.put(f"/classes/{class_}", wanted, **match)
    assert (changed.status_code, changed.json["closes"], changed.json["capacity"]) == (200, "2026-11-20", 5)
    assert changed.headers["ETag"] != read.headers["ETag"]
    stale = city.administrator.put(f"/classes/{class_}", wanted, **match)
    assert stale.status_code == 412
    assert city.administrator.put(f"/classes/{class_}", wanted).status_code == 428


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"capacity": 1}, "places-are-taken"),
        ({"closes": "2026-11-30"}, "class-days-are-told"),
        ({"opens": None}, "class-dates-wrong"),
        ({"trainers": [str(new_id())]}, "not-yet-known"),
    ],
)
def test_a_class_with_learners_keeps_its_days_and_their_places(
    city: City, changes: dict[str, Any], problem: str
) -> None:
    class_ = city.plan(city.publish(), **DATED)
    for _ in range(2):
        city.learner().post(f"/classes/{class_}/enrolments")
    refused = city.administrator.put(f"/classes/{class_}", {**PLAN, **changes}, **{"If-Match": '"1"'})
    assert refused.json["type"] == f"/problems/{problem}"
    assert (
        city.administrator.put(f"/classes/{class_}", {**PLAN, "capacity": 2}, **{"If-Match": '"1"'}).status_code == 200
    )


def test_trainers_change_and_close_the_classes_of_their_courses_only(city: City, other_city: City) -> None:
    course: Course = city.publish()
    class_ = city.plan(course)
    match, plan = {"If-Match": '"1"'}, {"capacity": 9, "trainers": []}
    stranger = city.visitor(None, "trainer")
    assert stranger.put(f"/classes/{class_}", plan, **match).json["type"] == "/problems/not-trainer-of-course"
    assert stranger.put(f"/classes/{class_}/closing").json["type"] == "/problems/not-trainer-of-course"
    assert other_city.administrator.put(f"/classes/{class_}", plan, **match).status_code == 404
    assert other_city.administrator.put(f"/classes/{class_}/closing").status_code == 404
    trainer = city.visitor(course.trainer, "trainer")
    assert trainer.put(f"/classes/{class_}", plan, **match).json["capacity"] == 9
    assert trainer.put(f"/classes/{class_}/closing").json["state"] == "closing"


@pytest.mark.parametrize("role", ["learner", "analyst", "operator", None])
def test_outsiders_change_and_close_no_classes(city: City, role: Role | None) -> None:
    visitor, class_ = city.visitor(None, *([role] if role else [])), city.plan(city.publish())
    assert visitor.put(f"/classes/{class_}", {"capacity": 9, "trainers": []}, **{"If-Match": '"1"'}).status_code == 403
    assert visitor.put(f"/classes/{class_}/closing").status_code == 403
