"""Getting a place in a class."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from uuid import UUID

import pytest

from shared.events.enrolment import LearnerEnrolled
from shared.ids import NATIONAL, new_id
from shared.web.auth import Role
from tests.api.enrolment.city import TODAY, City, Watch
from tests.api.serving import Visitor

DATED = {"kind": "dated", "opens": "2026-11-10", "closes": "2026-11-20"}


def at_once(visitors: list[Visitor], path: str) -> list[tuple[int, str]]:
    """Let everybody ask for a place at the same moment; give the sorted statuses and problems."""
    barrier = Barrier(len(visitors))

    def ask(visitor: Visitor) -> tuple[int, str]:
        barrier.wait()
        answer = visitor.post(path)
        return answer.status_code, answer.json.get("type", "")

    with ThreadPoolExecutor(len(visitors)) as threads:
        return sorted(threads.map(ask, visitors))


def test_a_learner_enrols_and_sees_what_is_to_be_done(city: City) -> None:
    course, person = city.publish(), city.person()
    class_id = city.plan(course)
    answer = city.learner(person).post(f"/classes/{class_id}/enrolments")
    assert answer.status_code == 201
    first, second, extra = course.lessons
    assert answer.json == {
        "id": answer.json["id"],
        "class": class_id,
        "course": str(course.id),
        "version": 1,
        "title": "Pelayanan publik",
        "person": str(person),
        "programme": str(course.programme),
        "provider": str(city.id),
        "unit": str(city.unit),
        "state": "open",
        "enrolled_on": "2026-11-03",
        "completed_on": None,
        "closed_on": None,
        "closed_reason": None,
        "revision": 0,
        "lessons": [
            {"id": str(first), "minutes": 40, "required": True, "marked_at": None},
            {"id": str(second), "minutes": 50, "required": True, "marked_at": None},
            {"id": str(extra), "minutes": 30, "required": False, "marked_at": None},
        ],
        "assessments": [
            {
                "id": str(course.pre),
                "version": 1,
                "role": "pre",
                "must_pass": False,
                "minimum": 0,
                "best_score": None,
            },
            {
                "id": str(course.post),
                "version": 2,
                "role": "post",
                "must_pass": True,
                "minimum": 7000,
                "best_score": None,
            },
        ],
    }
    assert answer.headers["Location"] == f"/api/enrolment/enrolments/{answer.json['id']}"
    assert city.learner(person).get(f"/enrolments/{answer.json['id']}").json == answer.json


def test_an_enrolment_is_said_with_all_its_dimensions(city: City) -> None:
    course, person = city.publish(), city.person()
    enrolment = city.enrol(person, course)
    (event,) = city.said(LearnerEnrolled)
    assert (event.tenant, event.enrolment, event.person) == (city.id, UUID(enrolment["id"]), person)
    assert (event.course, event.version, event.class_) == (course.id, 1, UUID(enrolment["class"]))
    assert (event.programme, event.provider, event.unit) == (course.programme, city.id, city.unit)
    assert (event.opens, event.closes) == (TODAY, None)


def test_a_dated_class_says_its_own_days(city: City) -> None:
    city.learner().post(f"/classes/{city.plan(city.publish(), **DATED)}/enrolments")
    (event,) = city.said(LearnerEnrolled)
    assert (event.opens, event.closes) == (date(2026, 11, 10), date(2026, 11, 20))


def test_a_learner_begins_the_newest_version_and_keeps_it(city: City) -> None:
    course = city.publish()
    before = city.enrol(city.person(), course)
    city.publish(course, version=2)
    assert city.enrol(city.person(), course)["lessons"][0]["minutes"] == 44
    assert city.administrator.get(f"/enrolments/{before['id']}").json["lessons"][0]["minutes"] == 40


def test_an_old_version_that_arrives_late_is_not_the_newest(city: City) -> None:
    course = city.publish(version=2)
    city.publish(course, version=1)
    assert city.enrol(city.person(), course)["version"] == 2


def test_a_retry_with_the_same_key_gives_the_same_enrolment(city: City) -> None:
    path, learner = f"/classes/{city.plan(city.publish())}/enrolments", city.learner()
    first, second = (learner.post(path, **{"Idempotency-Key": "again"}) for _ in range(2))
    assert (second.status_code, second.json) == (201, first.json)
    assert len(city.said(LearnerEnrolled)) == 1


def test_an_administrator_enrols_another_person(city: City) -> None:
    person = city.person()
    answer = city.administrator.post(f"/classes/{city.plan(city.publish())}/enrolments", {"person": str(person)})
    assert (answer.status_code, answer.json["person"]) == (201, str(person))


def test_a_learner_enrols_nobody_else(city: City) -> None:
    answer = city.learner().post(f"/classes/{city.plan(city.publish())}/enrolments", {"person": str(city.person())})
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/enrols-others")


@pytest.mark.parametrize("machine", [False, True])
def test_one_who_is_no_learner_has_to_name_the_person(city: City, machine: bool) -> None:
    visitor = city.visitor(None, *(("learner", "administrator") if machine else ("administrator",)), machine=machine)
    answer = visitor.post(f"/classes/{city.plan(city.publish())}/enrolments")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["person"])


def test_a_person_who_has_not_arrived_yet_means_try_again(city: City) -> None:
    answer = city.visitor(None, "learner").post(f"/classes/{city.plan(city.publish())}/enrolments")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-yet-known")
    assert answer.headers["Retry-After"] == "1"


def test_a_city_whose_zone_has_not_arrived_yet_means_try_again(city: City, other_city: City) -> None:
    fresh = City(city.app, city.database)
    answer = fresh.learner().post(f"/classes/{fresh.plan(fresh.publish())}/enrolments")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-yet-known")


def test_a_class_closes_with_its_last_local_day(city: City, watch: Watch) -> None:
    closing = {"kind": "dated", "opens": "2026-11-01", "closes": "2026-11-03"}
    path = f"/classes/{city.plan(city.publish(), **closing)}/enrolments"
    watch.go_on(hours=20, minutes=59)
    assert city.learner().post(path).status_code == 201
    watch.go_on(minutes=1)
    refused = city.learner().post(path)
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/class-is-closed")
    assert refused.json["parameters"] == {"closes": "2026-11-03"}


def test_a_person_has_one_open_enrolment_in_a_course(city: City) -> None:
    course, person = city.publish(), city.person()
    enrolment = city.enrol(person, course)
    refused = city.learner(person).post(f"/classes/{city.plan(course)}/enrolments")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/already-enrolled")
    assert refused.json["parameters"] == {"enrolment": enrolment["id"]}
    assert len(city.said(LearnerEnrolled)) == 1


def test_a_full_class_says_how_many_places_it_has(city: City) -> None:
    path = f"/classes/{city.plan(city.publish(), capacity=1)}/enrolments"
    city.learner().post(path)
    assert city.learner().post(path).json["parameters"] == {"capacity": 1}


def test_one_who_has_a_place_in_a_full_class_hears_that(city: City) -> None:
    path, learner = f"/classes/{city.plan(city.publish(), capacity=1)}/enrolments", city.learner()
    place = learner.post(path).json["id"]
    refused = learner.post(path)
    assert (refused.json["type"], refused.json["parameters"]) == ("/problems/already-enrolled", {"enrolment": place})


def test_a_national_course_can_be_learnt_in_every_city(city: City) -> None:
    course = City(city.app, city.database, id=NATIONAL).publish()
    assert city.enrol(city.person(), course)["provider"] == str(NATIONAL)


def test_a_course_of_another_city_is_not_known(city: City, other_city: City) -> None:
    course = other_city.publish()
    body = {"code": "A", "course": str(course.id), "kind": "self_paced"}
    assert city.administrator.post("/classes", body).json["type"] == "/problems/not-yet-known"


def test_nobody_enrols_in_a_class_of_another_city(city: City, other_city: City) -> None:
    path = f"/classes/{city.plan(city.publish())}/enrolments"
    assert other_city.learner().post(path).json["type"] == "/problems/class-not-found"
    assert city.learner().post(f"/classes/{new_id()}/enrolments").status_code == 404


@pytest.mark.parametrize("role", ["trainer", "analyst", "operator", None])
def test_outsiders_enrol_nobody(city: City, role: Role | None) -> None:
    visitor = city.visitor(None, *([role] if role else []))
    answer = visitor.post(f"/classes/{city.plan(city.publish())}/enrolments", {"person": str(city.person())})
    assert answer.status_code == 403


def test_a_person_that_is_no_id_is_refused(city: City) -> None:
    answer = city.administrator.post(f"/classes/{city.plan(city.publish())}/enrolments", {"person": "Budi"})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["person"])


def test_one_sees_ones_own_enrolments_newest_first(city: City) -> None:
    person = city.person()
    ids = [city.enrol(person, city.publish())["id"] for _ in range(3)]
    city.enrol(city.person(), city.publish())
    learner = city.learner(person)
    page = learner.get("/me/enrolments?limit=2").json
    rest = learner.get(f"/me/enrolments?limit=2&after={page['next']}").json
    assert [one["id"] for one in page["items"] + rest["items"]] == ids[::-1]
    assert len(page["items"][0]["lessons"]) == 3
    assert city.learner().get("/me/enrolments").json == {"items": [], "next": None}


def test_only_learners_have_enrolments_of_their_own(city: City) -> None:
    assert city.administrator.get("/me/enrolments").status_code == 403


def test_an_enrolment_is_seen_by_its_learner_the_courses_trainer_and_an_administrator(
    city: City, other_city: City
) -> None:
    course, person = city.publish(), city.person()
    path = f"/enrolments/{city.enrol(person, course)['id']}"
    seen_by = (city.learner(person), city.visitor(course.trainer, "trainer"), city.administrator)
    assert [visitor.get(path).status_code for visitor in seen_by] == [200, 200, 200]
    hidden_from = (city.learner(), city.visitor(None, "trainer"), other_city.administrator, other_city.learner(person))
    assert [visitor.get(path).status_code for visitor in hidden_from] == [404] * 4
    assert city.visitor(None, "analyst").get(path).status_code == 403
