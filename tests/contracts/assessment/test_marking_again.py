"""What a corrected key does to attempts handed in before: they are marked again, by the timer and in batches."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.assessment.commands import corrections
from shared import clock
from shared.events.assessment import AttemptGraded
from tests.api.assessment.conftest import Exam, Sitting, option


def result(sitting: Sitting, attempt: dict[str, Any]) -> dict[str, Any]:
    return dict(sitting.learner.get(f"/attempts/{attempt['id']}").json["result"])


def test_attempts_are_marked_again_where_the_score_changes(exam: Exam) -> None:
    (gaining, sat), (bystander, idle) = exam.hand_in(right=True), exam.hand_in(right=False)
    before = result(gaining, sat)
    old = exam.question()
    later = clock.now() + timedelta(minutes=1)
    exam.correct(old, option(old, "Masyarakat"))
    assert result(gaining, sat) == before
    with clock.telling(later):
        exam.work()
    after, untouched = result(gaining, sat), result(bystander, idle)
    assert (before["score"], after["score"], after["revision"], after["correct"]) == (10_000, 6_667, 2, 2)
    assert after["handed_in_at"] == before["handed_in_at"] < after["graded_at"]
    (mark,) = (one for one in after["questions"] if one["corrected"])
    assert (mark["key"], mark["correct"]) == (option(old, "Masyarakat")["option"], False)
    (shown,) = (one for one in untouched["questions"] if one["corrected"])
    assert (untouched["score"], untouched["revision"], shown["right"]) == (0, 1, option(old, "Masyarakat"))
    *_, said = exam.city.said(AttemptGraded)
    assert (str(said.attempt), said.revision, said.score, said.time) == (sat["id"], 2, 6_667, later)
    assert said.handed_in_at == datetime.fromisoformat(before["handed_in_at"]).astimezone(UTC)
    assert {str(one.id): one.score for one in said.items}[old["id"]] == 0


def test_marking_again_twice_says_nothing_more(exam: Exam) -> None:
    exam.hand_in(right=True)
    old = exam.question()
    exam.correct(old, option(old, "Masyarakat"))
    for _ in range(3):
        exam.work()
        exam.correct(old, option(old, "Masyarakat"))
    assert [one.revision for one in exam.city.said(AttemptGraded)] == [1, 2]
    (listed,) = exam.city.trainer.get(f"/banks/{exam.bank}/corrections").json["items"]
    assert (listed["question"], listed["successor"]) == (old["id"], exam.question()["id"])
    assert (listed["remarked"], listed["right"]) == (1, option(old, "Masyarakat"))
    assert listed["finished_at"] is not None


def test_the_work_is_done_in_batches(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "BATCH", 2)
    for _ in range(3):
        exam.hand_in(right=True)
    old = exam.question()
    exam.correct(old, option(old, "Masyarakat"))
    done = []
    for _ in range(3):
        exam.work()
        done.append(len(exam.city.said(AttemptGraded)) - 3)
    assert done == [2, 3, 3]


def test_a_correction_of_a_correction_holds_for_those_who_were_asked_first(exam: Exam) -> None:
    sitting, attempt = exam.hand_in(right=True)
    old = exam.question()
    fresh = exam.correct(old, option(old, "Masyarakat")).json
    exam.work()
    exam.correct(fresh, option(old, "Penyelenggara"))
    exam.work()
    assert [one.score for one in exam.city.said(AttemptGraded)] == [10_000, 6_667, 10_000]
    assert result(sitting, attempt)["revision"] == 3
