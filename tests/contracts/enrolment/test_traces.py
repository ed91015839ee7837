"""Whoever looks at a learner in enrolment, by whatever view, leaves a trace for them."""

from services.enrolment.commands import work_off_jobs
from tests.api.enrolment.city import City
from tests.api.personal import looks, views_that_show_people


def test_whoever_shows_an_enrolment_of_another_leaves_a_trace_for_the_learner(city: City) -> None:
    course, person, other = city.publish(), city.person(), city.person()
    enrolment, class_ = city.enrol(other, course), city.plan(course)
    begun = city.administrator.post(f"/classes/{class_}/enrolments", {"person": str(person)}).json
    own = f"/enrolments/{begun['id']}"
    assert city.learner(person).get(own).status_code == 200
    assert looks(city.database, city.id) == {(person, "enrolments.enrol")}
    assert city.administrator.get("/enrolments").status_code == 200
    assert city.administrator.get(own).status_code == 200
    assert city.administrator.put(f"{own}/withdrawal").status_code == 200
    listed = city.administrator.send(f"/classes/{class_}/enrolment-jobs", f"{person}\n{person}\n").json
    city.tick(work_off_jobs)
    assert city.administrator.get(f"/enrolment-jobs/{listed['id']}/refusals").status_code == 200

    seen = looks(city.database, city.id)
    assert {view for one, view in seen if one == person} == views_that_show_people(city.app)
    assert {view for one, view in seen if one == other} == {"enrolments.list_enrolments"}
    told = city.learner(person).get("/me/accesses").json["items"]
    assert {look["operation"] for look in told} == {view for one, view in seen if one == person}
    assert {look["role"] for look in told} == {"administrator"}
    assert city.learner(other).get(f"/enrolments/{enrolment['id']}").status_code == 200
    assert looks(city.database, city.id) == seen
