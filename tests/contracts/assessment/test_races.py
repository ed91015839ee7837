"""Requests of one learner at the same moment: one attempt, one grade, and the newest answer stays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from sqlalchemy import select

from services.assessment.model import Answer, Grade
from shared.events.assessment import AttemptGraded
from tests.api.assessment.conftest import Reply, Sitting


def test_two_starts_at_once_make_one_attempt(sitting: Sitting) -> None:
    answers = _at_once(sitting.start, times=4)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json["id"] for answer in answers}) == 1


def test_two_hand_ins_at_once_make_one_grade(sitting: Sitting) -> None:
    attempt = sitting.begin()
    answers = _at_once(lambda: sitting.hand_in(attempt), times=4)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.text for answer in answers}) == 1
    assert len(sitting.city.said(AttemptGraded)) == 1
    with sitting.city.house.worker.reading() as session:
        assert len(session.scalars(select(Grade).where(Grade.attempt_id == UUID(attempt["id"]))).all()) == 1


def test_racing_answers_leave_the_one_with_the_highest_sequence(sitting: Sitting) -> None:
    attempt = sitting.begin()
    question = attempt["questions"][0]
    options = [option["id"] for option in question["options"]]
    waiting = [
        {"question": question["id"], "option": options[number % len(options)], "sequence": number}
        for number in (3, 6, 1, 5, 2, 4)
    ]
    answers = _at_once(lambda: sitting.save(attempt, waiting.pop()), times=6)
    assert {answer.status_code for answer in answers} == {200}
    with sitting.city.house.worker.reading() as session:
        kept = session.scalars(select(Answer).where(Answer.attempt_id == UUID(attempt["id"]))).one()
    assert (kept.sequence, kept.response) == (6, {"option": options[0]})


def _at_once(act: Callable[[], Reply], *, times: int) -> list[Reply]:
    together = Barrier(times)

    def run() -> Reply:
        together.wait(timeout=10)
        return act()

    with ThreadPoolExecutor(times) as pool:
        return [one.result() for one in [pool.submit(run) for _ in range(times)]]
