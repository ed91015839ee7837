"""Erasing a person: what was open is closed, and nothing that comes late brings them back."""

from datetime import date
from uuid import UUID

from services.enrolment.commands import work_off_jobs
from shared.events.enrolment import EnrolmentClosed, LearnerEnrolled
from shared.events.identity import PersonAssigned, Post
from shared.ids import new_id
from tests.api.enrolment.city import City


def test_what_an_erased_person_had_open_is_closed_and_the_rest_stays(city: City) -> None:
    person, course = city.person(), city.publish()
    done, opened = city.enrol(person, course), city.enrol(person, city.publish())
    city.complete(course, done)
    for _ in range(2):
        city.erase(person)
    (event,) = city.said(EnrolmentClosed)
    assert (event.enrolment, event.reason, event.person) == (UUID(opened["id"]), "erased", person)
    assert [city.shown(one)["state"] for one in (done, opened)] == ["completed", "closed"]


def test_nobody_enrols_one_who_was_erased_whatever_is_said_of_them_later(city: City) -> None:
    person, path = city.person(), f"/classes/{city.plan(city.publish())}/enrolments"
    city.erase(person)
    post = Post(id=new_id(), unit=city.unit, job="J1", primary=True, valid_from=date(2020, 1, 1), valid_to=None)
    for sequence in (2, 10):
        city.hear(
            PersonAssigned(
                tenant=city.id,
                person=person,
                employment_type="PNS",
                contract_start=None,
                posts=(post,),
                sequence=sequence,
            )
        )
    refused = city.administrator.post(path, {"person": str(person)})
    assert (refused.status_code, refused.json["type"]) == (404, "/problems/person-not-found")
    assert city.manager().post(path, {"person": str(person)}).status_code == 403


def test_lists_name_one_who_was_erased_no_longer(city: City) -> None:
    class_, person, other = city.plan(city.publish()), city.person(), city.person()
    before = city.administrator.send(f"/classes/{class_}/enrolment-jobs", f"{person}\n{person}").json
    city.tick(work_off_jobs)
    waiting = city.administrator.send(f"/classes/{class_}/enrolment-jobs", f"{other}\n{person}").json
    city.erase(person)
    city.tick(work_off_jobs)
    lines = [city.administrator.get(f"/enrolment-jobs/{job['id']}/refusals").json["items"] for job in (before, waiting)]
    assert lines == [
        [{"line": 2, "person": None, "problem": "already-enrolled"}],
        [{"line": 2, "person": None, "problem": "person-not-found"}],
    ]
    assert [one.person for one in city.said(LearnerEnrolled)] == [person, other]


def test_a_completion_that_is_revoked_after_an_erasure_opens_nothing(city: City) -> None:
    person, course = city.person(), city.publish()
    enrolment = city.enrol(person, course)
    attempt = city.complete(course, enrolment)
    city.erase(person)
    city.annul(enrolment, attempt)
    assert city.shown(enrolment)["closed_reason"] == "erased"
