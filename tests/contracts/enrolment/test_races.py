"""Several enrolments at the same moment: one place is given once."""

from shared.events.enrolment import LearnerEnrolled
from tests.api.enrolment.city import City
from tests.api.enrolment.test_enrolling import at_once


def test_of_two_enrolments_of_a_person_at_once_one_stays(city: City) -> None:
    path, person = f"/classes/{city.plan(city.publish())}/enrolments", city.person()
    outcomes = at_once([city.learner(person) for _ in range(2)], path)
    assert outcomes == [(201, ""), (409, "/problems/already-enrolled")]
    assert len(city.said(LearnerEnrolled)) == 1


def test_of_six_racing_for_the_last_place_exactly_one_gets_it(city: City) -> None:
    path = f"/classes/{city.plan(city.publish(), capacity=2)}/enrolments"
    city.learner().post(path)
    outcomes = at_once([city.learner() for _ in range(6)], path)
    assert outcomes == [(201, ""), *[(409, "/problems/class-is-full")] * 5]
    assert len(city.said(LearnerEnrolled)) == 2
