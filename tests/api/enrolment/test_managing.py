"""Who enrols whom, and who sees which enrolments in lists."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.events.identity import PersonAssigned, Post, UnitDefined
from shared.ids import new_id
from tests.api.enrolment.city import City, Course
from tests.api.serving import Visitor


def unit_below(city: City, parent: UUID) -> UUID:
    unit = new_id()
    city.hear(
        UnitDefined(
            tenant=city.id,
            unit=unit,
            parent=parent,
            unit_type="bidang",
            name="Bidang",
            valid_from=date(2020, 1, 1),
            sequence=1,
        )
    )
    return unit


def listed(visitor: Visitor, **query: object) -> list[str]:
    said = "&".join(f"{name}={value}" for name, value in query.items())
    return [one["id"] for one in visitor.get(f"/enrolments?{said}").json["items"]]


def test_a_manager_enrols_who_works_in_or_below_their_unit_and_nobody_else(city: City) -> None:
    path, manager = f"/classes/{city.plan(city.publish())}/enrolments", city.manager()
    for person in (city.person(), city.person(unit_below(city, city.unit))):
        assert manager.post(path, {"person": str(person)}).status_code == 201
    refused = manager.post(path, {"person": str(city.person(new_id()))})
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/enrols-others")


def test_a_manager_sees_the_enrolments_of_who_works_in_their_units_today(city: City) -> None:
    course: Course = city.publish()
    here, below, gone = city.person(), city.person(unit_below(city, city.unit)), city.person()
    ids = {one: city.enrol(one, course)["id"] for one in (here, below, gone)}
    away = Post(id=new_id(), unit=new_id(), job="J1", primary=True, valid_from=date(2026, 11, 3), valid_to=None)
    moved: dict[str, Any] = {"employment_type": "PNS", "contract_start": None, "posts": (away,), "sequence": 2}
    city.hear(PersonAssigned(tenant=city.id, person=gone, **moved))
    assert listed(city.manager()) == [ids[below], ids[here]]
    assert listed(city.manager(away.unit)) == [ids[gone]]
    assert city.manager().get(f"/enrolments/{ids[gone]}").status_code == 404
    assert city.manager().get(f"/enrolments/{ids[below]}").status_code == 200


def test_enrolments_are_listed_by_class_person_state_and_unit_page_by_page(city: City, other_city: City) -> None:
    course, person, unit = city.publish(), city.person(), unit_below(city, city.unit)
    other = city.enrol(city.person(unit), course)
    ids = [city.enrol(person, city.publish())["id"] for _ in range(2)]
    city.administrator.put(f"/enrolments/{ids[0]}/withdrawal")
    administrator = city.administrator
    assert listed(administrator) == [ids[1], ids[0], other["id"]]
    assert listed(administrator, person=person) == ids[::-1]
    assert listed(administrator, person=person, state="open") == ids[1:]
    assert listed(administrator, unit=unit) == listed(administrator, **{"class": other["class"]}) == [other["id"]]
    page = administrator.get("/enrolments?limit=2").json
    assert listed(administrator, after=page["next"]) == [other["id"]]
    assert listed(other_city.administrator) == []


def test_a_trainer_sees_the_enrolments_of_their_courses_and_classes(city: City, other_city: City) -> None:
    course, teacher = city.publish(), city.person()
    first, second = city.enrol(city.person(), course), city.enrol(city.person(), city.publish())
    class_ = city.plan(city.publish(), trainers=[str(teacher)])
    third = city.learner().post(f"/classes/{class_}/enrolments").json
    assert listed(city.visitor(course.trainer, "trainer")) == [first["id"]]
    assert listed(city.visitor(teacher, "trainer")) == [third["id"]]
    assert second["id"] not in listed(city.visitor(None, "trainer"))


def test_outsiders_list_no_enrolments(city: City) -> None:
    visitors = [city.visitor(), *(city.visitor(None, role) for role in ("learner", "analyst", "operator"))]
    assert [one.get("/enrolments").status_code for one in visitors] == [403] * 4


def test_a_manager_neither_changes_nor_closes_a_class(city: City) -> None:
    path = f"/classes/{city.plan(city.publish())}"

    assert city.manager().put(path, {"capacity": 5, "trainers": []}, **{"If-Match": '"1"'}).status_code == 403
    assert city.manager().put(f"{path}/closing").status_code == 403
