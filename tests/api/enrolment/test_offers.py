"""Who can begin a course of another tenant, in whatever order it was heard what is offered and withdrawn."""

from itertools import permutations

from shared.events import Event
from shared.events.catalogue import CourseOffered, CourseOfferEnded, CourseWithdrawn
from shared.ids import new_id
from tests.api.enrolment.city import City, Course


def offered(course: Course, by: City, to: City, sequence: int) -> CourseOffered:
    return CourseOffered(tenant=by.id, course=course.id, to=to.id, sequence=sequence)


def ended(course: Course, by: City, to: City, sequence: int) -> CourseOfferEnded:
    return CourseOfferEnded(tenant=by.id, course=course.id, to=to.id, sequence=sequence)


def tried(city: City, course: Course) -> str:
    """Plan a class in a course; give what came of it."""
    wanted = {"code": f"A-{new_id()}", "course": str(course.id), "kind": "self_paced"}
    answer = city.administrator.post("/classes", wanted)
    return "planned" if answer.status_code == 201 else answer.json["type"].removeprefix("/problems/")


def test_the_newest_that_was_said_of_an_offer_holds(city: City, other_city: City) -> None:
    for first_two in permutations([ended, offered]):
        course = city.publish()
        facts: list[Event] = [say(course, city, other_city, 2 + n) for n, say in enumerate(first_two)]
        other_city.hear(*reversed(facts))
        last = "planned" if first_two[-1] is offered else "course-is-not-offered"
        assert tried(other_city, course) == last


def test_a_withdrawal_holds_until_a_later_version_whichever_is_heard_first(city: City) -> None:
    course = city.publish()
    city.hear(CourseWithdrawn(tenant=city.id, course=course.id, sequence=4))
    assert tried(city, course) == "course-is-withdrawn"
    city.publish(course, version=3)
    assert tried(city, course) == "course-is-withdrawn"
    city.publish(course, version=5)
    assert tried(city, course) == "planned"


def test_a_course_that_was_offered_before_it_was_heard_of_is_not_yet_known(city: City, other_city: City) -> None:
    course = Course()
    other_city.hear(offered(course, city, other_city, 2))
    assert tried(other_city, course) == "not-yet-known"
    city.publish(course)
    assert tried(other_city, course) == "planned"


def test_only_the_owner_of_a_course_opens_it_to_others(city: City, other_city: City) -> None:
    course = city.publish()
    other_city.hear(offered(course, other_city, other_city, 2))

    assert tried(other_city, course) == "not-yet-known"


def test_who_trains_a_course_elsewhere_plans_no_class_of_another_city(city: City, other_city: City) -> None:
    course = city.publish()
    other_city.hear(offered(course, city, other_city, 2))
    wanted = {"code": "A", "course": str(course.id), "kind": "self_paced"}
    answer = other_city.visitor(other_city.person(), "trainer").post("/classes", wanted)

    assert (answer.status_code, answer.json["type"]) == (403, "/problems/not-trainer-of-course")


def test_a_class_trainer_of_the_city_sees_the_learners_of_that_class_alone(city: City) -> None:
    course, trainer = city.publish(), city.person()
    classes = [city.plan(course, trainers=trainers) for trainers in ([str(trainer)], [])]
    seen = city.visitor(trainer, "trainer")
    taught, other = (city.learner().post(f"/classes/{one}/enrolments").json["id"] for one in classes)

    assert [seen.get(f"/enrolments/{one}").status_code for one in (taught, other)] == [200, 404]
