"""What enrolment tells people about themselves, and what it tells them of others who looked."""

from services.enrolment.app import service
from shared.events.enrolment import LearnerEnrolled
from shared.ids import new_id
from tests.api.enrolment.city import City
from tests.api.personal import looks
from tests.api.serving import Visitor
from tests.api.tokens import bearer


def test_a_learner_takes_along_every_row_and_nobody_elses(city: City) -> None:
    course, person, other = city.publish(), city.person(), city.person()
    mine, theirs = city.enrol(person, course), city.enrol(other, course)
    for one, enrolment in ((person, mine), (other, theirs)):
        assert city.learner(one).put(f"/enrolments/{enrolment['id']}/lessons/{course.lessons[0]}").status_code == 200
        city.grade(enrolment, course.pre, 4000, role="pre")
    sections = city.learner(person).get("/me/data").json["sections"]

    assert [row["id"] for row in sections["enrolments"]] == [mine["id"]]
    assert [row["lesson"] for row in sections["lesson_marks"]] == [str(course.lessons[0])]
    assert [row["score"] for row in sections["results"]] == [4000]
    assert [row["id"] for row in sections["people"]] == [str(person)]
    assert str(city.unit) in {row["unit"] for row in sections["posts"]}
    assert len(sections["events"]) == len({row["body"]["id"] for row in sections["events"]}) > 0
    assert str(other) not in str(sections)
    assert theirs["id"] not in str(sections)
    assert sections.keys() >= service.exports.keys()


def test_an_enrolments_event_is_shown_to_the_learner_and_to_those_above(city: City, other_city: City) -> None:
    person = city.person()
    city.enrol(person, city.publish())
    (event,) = city.said(LearnerEnrolled)
    path = f"/events/{event.id}"
    manager = Visitor(city.app, bearer(city.id, new_id(), "manager", unit=city.unit))
    stranger = Visitor(city.app, bearer(city.id, new_id(), "manager", unit=new_id()))

    shown = [one.get(path) for one in (city.learner(person), manager, city.administrator)]
    assert {one.status_code for one in shown} == {200}
    assert shown[0].json["data"]["person"] == str(person)
    outsiders = [city.learner(), stranger, city.visitor(None, "trainer"), other_city.administrator]
    assert {one.get(path).status_code for one in outsiders} == {404}
    assert looks(city.database, city.id) == {(person, "personal.show_event")}
