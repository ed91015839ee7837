"""Changing and closing classes, and letting go who has not completed."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.enrolment.commands import close_ended_classes, closing
from shared import clock
from shared.events.enrolment import EnrolmentClosed
from shared.ids import new_id
from shared.web.auth import Role
from tests.api.enrolment.city import START, City, Course, Watch

DATED = {"kind": "dated", "opens": "2026-11-01", "closes": "2026-11-03"}
PLAN = {"capacity": 5, "trainers": [], "opens": DATED["opens"], "closes": DATED["closes"]}


def test_after_its_last_local_day_a_class_lets_go_who_has_not_completed_and_only_once(city: City, watch: Watch) -> None:
    course = city.publish()
    class_ = city.plan(course, **DATED)
    late, ready = (dict(city.learner().post(f"/classes/{class_}/enrolments").json) for _ in range(2))
    city.complete(course, ready)
    watch.go_on(hours=20, minutes=59)
    city.tick(close_ended_classes)
    assert city.said(EnrolmentClosed) == []
    watch.go_on(minutes=1)
    city.tick(close_ended_classes, close_ended_classes)
    (event,) = city.said(EnrolmentClosed)
    assert (event.enrolment, event.reason, event.closed_on) == (UUID(late["id"]), "not_completed", date(2026, 11, 4))
    assert [city.shown(one)["state"] for one in (late, ready)] == ["closed", "completed"]
    shown = city.learner().get(f"/classes/{class_}").json
    assert (shown["state"], shown["closed_on"]) == ("closed", "2026-11-04")


def test_a_class_with_more_learners_than_a_batch_is_closed_call_by_call(
    city: City, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.telling(START + timedelta(days=2)):
        city.tick(close_ended_classes)  # What other tests have left is none of this one's batches.
    monkeypatch.setattr(closing, "BATCH", 2)
    class_ = city.plan(city.publish(), **DATED)
    for _ in range(3):
        city.learner().post(f"/classes/{class_}/enrolments")
    watch.go_on(days=2)
    city.tick(close_ended_classes)
    assert city.learner().get(f"/classes/{class_}").json["state"] == "closing"
    city.tick(close_ended_classes)
    assert city.learner().get(f"/classes/{class_}").json["state"] == "closed"
    assert len({one.enrolment for one in city.said(EnrolmentClosed)}) == len(city.said(EnrolmentClosed)) == 3


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
