"""Attempts that the timer hands in: at their time limit or with the last day of the class, alone or together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

from services.assessment.commands.marking import hand_in_overdue_attempts
from shared import clock
from shared.events.assessment import AttemptGraded
from tests.api.assessment.conftest import House, Sitting
from tests.api.assessment.test_time_limits import END, MOMENT, begin, hurried

__all__ = ["hurried"]


def tick(house: House, at: datetime) -> None:
    """Call the timer as the relay does, outside any tenant."""
    with clock.telling(at), house.worker.writing() as session:
        hand_in_overdue_attempts(session)


def test_what_is_saved_is_handed_in_at_the_end_by_the_timer(hurried: Sitting) -> None:
    attempt = begin(hurried)
    tick(hurried.city.house, END - MOMENT)
    assert hurried.city.said(AttemptGraded) == []
    for late in (timedelta(seconds=4), timedelta(seconds=9)):
        tick(hurried.city.house, END + late)
    (said,) = hurried.city.said(AttemptGraded)
    assert (said.handed_in_at, said.revision, said.score) == (END, 1, 3_333)
    shown = hurried.learner.get(f"/attempts/{attempt['id']}").json
    assert (shown["state"], shown["result"]["correct"]) == ("handed_in", 1)


def test_handing_in_late_counts_as_of_the_end_and_leaves_nothing_to_the_timer(hurried: Sitting) -> None:
    attempt = begin(hurried)
    with clock.telling(END + timedelta(seconds=3)):
        result = hurried.hand_in(attempt).json
    tick(hurried.city.house, END + timedelta(seconds=5))
    (said,) = hurried.city.said(AttemptGraded)
    assert datetime.fromisoformat(result["handed_in_at"]) == said.handed_in_at == END
    assert said.time == END + timedelta(seconds=3)


def test_the_timer_and_a_late_hand_in_at_once_give_one_grade(hurried: Sitting) -> None:
    attempt = begin(hurried)
    together = Barrier(4)

    def at_once(act: Callable[[], object]) -> None:
        together.wait(timeout=10)
        act()

    late = END + timedelta(seconds=1)
    with clock.telling(late), ThreadPoolExecutor(4) as pool:
        acts = [lambda: hurried.hand_in(attempt), lambda: tick(hurried.city.house, late)] * 2
        for one in [pool.submit(at_once, act) for act in acts]:
            one.result()
    (said,) = hurried.city.said(AttemptGraded)
    assert (said.handed_in_at, said.score) == (END, 3_333)


def test_the_last_day_of_the_class_ends_an_attempt_by_the_clock_of_the_city(hurried: Sitting) -> None:
    learner = hurried.city.person()
    enrolment = hurried.city.enrol(learner, closes=date(2026, 3, 9))
    last = Sitting(hurried.city, learner, enrolment, hurried.assessment)
    midnight = datetime(2026, 3, 9, 17, tzinfo=UTC)  # In Jakarta.
    with clock.telling(midnight - timedelta(minutes=10)):
        attempt = last.begin()
    assert datetime.fromisoformat(attempt["closes_at"]) == midnight - MOMENT
    tick(hurried.city.house, midnight)
    (said,) = hurried.city.said(AttemptGraded)
    assert (said.handed_in_at, said.handed_in_on) == (midnight - MOMENT, date(2026, 3, 9))


def test_many_attempts_that_end_together_are_handed_in_together(hurried: Sitting) -> None:
    city = hurried.city
    for learner in (city.person() for _ in range(3)):
        begin(Sitting(city, learner, city.enrol(learner), hurried.assessment))
    tick(city.house, END)
    assert [one.score for one in city.said(AttemptGraded)] == [3_333] * 3
