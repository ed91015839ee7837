"""Classes that end by the timer: everybody who has not completed is let go, batch by batch."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.enrolment.commands import close_ended_classes, closing
from shared import clock
from shared.events.enrolment import EnrolmentClosed
from tests.api.enrolment.city import START, City, Watch
from tests.api.enrolment.test_closing import DATED


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
