"""Planning classes and finding them."""

from uuid import UUID

import pytest

from shared.ids import new_id
from shared.web.auth import Role
from tests.api.enrolment.city import City, Course


def wanted(course: Course, **changes: object) -> dict[str, object]:
    return {"code": "ANGKATAN-1", "course": str(course.id), "kind": "self_paced", **changes}


def test_an_administrator_plans_a_dated_class(city: City) -> None:
    course = city.publish()
    body = wanted(course, kind="dated", opens="2026-11-02", closes="2026-11-30", capacity=30)
    answer = city.administrator.post("/classes", body)
    assert answer.status_code == 201
    assert answer.json == {"id": answer.json["id"], **body, "trainers": [], "state": "open", "closed_on": None}
    assert answer.headers["Location"] == f"/api/enrolment/classes/{answer.json['id']}"
    assert city.learner().get(f"/classes/{answer.json['id']}").json == answer.json


def test_a_retry_with_the_same_key_plans_one_class(city: City) -> None:
    body, key = wanted(city.publish()), {"Idempotency-Key": "again"}
    visitor = city.administrator
    first, second = visitor.post("/classes", body, **key), visitor.post("/classes", body, **key)
    assert (second.status_code, second.json) == (201, first.json)


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_managers_and_administrators_plan_classes_in_any_course(city: City, role: Role) -> None:
    assert city.visitor(None, role).post("/classes", wanted(city.publish())).status_code == 201


def test_a_trainer_plans_classes_in_their_own_course_only(city: City) -> None:
    course = city.publish()
    assert city.visitor(course.trainer, "trainer").post("/classes", wanted(course)).status_code == 201
    refused = city.visitor(None, "trainer").post("/classes", wanted(course, code="B"))
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/not-trainer-of-course")


def test_a_course_that_has_not_arrived_yet_means_try_again(city: City) -> None:
    refused = city.administrator.post("/classes", wanted(Course()))
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/not-yet-known")
    assert refused.headers["Retry-After"] == "1"


def test_a_code_stands_for_one_class_of_the_city(city: City, other_city: City) -> None:
    city.administrator.post("/classes", wanted(city.publish()))
    refused = city.administrator.post("/classes", wanted(city.publish()))
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/class-code-taken")
    assert other_city.administrator.post("/classes", wanted(other_city.publish())).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "<script>"}, "code"),
        ({"code": "A\n"}, "code"),
        ({"course": "1; DROP TABLE classes"}, "course"),
        ({"kind": "weekly"}, "kind"),
        ({"kind": "dated"}, "opens"),
        ({"opens": "2026-11-02"}, "opens"),
        ({"kind": "dated", "opens": "2026-11-02", "closes": "2026-11-01"}, "closes"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"teacher": "me"}, "teacher"),
    ],
)
def test_a_class_that_can_not_be_is_refused_by_field(city: City, changes: dict[str, object], field: str) -> None:
    refused = city.administrator.post("/classes", {**wanted(city.publish()), **changes})
    assert refused.status_code == 422
    assert field in refused.json["errors"]


def test_classes_are_listed_by_pages_and_by_course(city: City) -> None:
    first, second = city.publish(), city.publish()
    ids = [city.plan(first), city.plan(first), city.plan(second)]
    learner = city.learner()
    page = learner.get("/classes?limit=2").json
    rest = learner.get(f"/classes?limit=2&after={page['next']}").json
    assert [one["id"] for one in page["items"] + rest["items"]] == ids
    assert rest["next"] is None
    assert [one["id"] for one in learner.get(f"/classes?course={second.id}").json["items"]] == ids[2:]


def test_a_class_that_does_not_exist_is_not_found(city: City) -> None:
    assert city.learner().get(f"/classes/{new_id()}").json["type"] == "/problems/class-not-found"


def test_another_city_sees_none_of_the_classes(city: City, other_city: City) -> None:
    course = city.publish()
    class_id = city.plan(course)
    stranger = other_city.visitor(None, "administrator", "learner")
    assert stranger.get(f"/classes/{class_id}").status_code == 404
    assert stranger.get("/classes").json["items"] == []
    assert stranger.post("/classes", wanted(course)).json["type"] == "/problems/not-yet-known"


@pytest.mark.parametrize("role", ["learner", "analyst", "operator", None])
def test_outsiders_plan_no_classes(city: City, role: Role | None) -> None:
    visitor = city.visitor(None, *([role] if role else []))
    assert visitor.post("/classes", wanted(city.publish())).status_code == 403


def test_outsiders_see_no_classes(city: City) -> None:
    class_id = city.plan(city.publish())
    for outsider in (city.visitor(), city.visitor(None, "operator")):
        assert outsider.get("/classes").status_code == 403
        assert outsider.get(f"/classes/{class_id}").status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/classes"),
        ("GET", "/classes"),
        ("GET", f"/classes/{UUID(int=1)}"),
        ("POST", f"/classes/{UUID(int=1)}/enrolments"),
        ("GET", f"/enrolments/{UUID(int=1)}"),
        ("PUT", f"/enrolments/{UUID(int=1)}/lessons/{UUID(int=2)}"),
        ("GET", "/me/enrolments"),
    ],
)
def test_nobody_gets_in_without_a_token(city: City, method: str, path: str) -> None:
    assert city.app.test_client().open(path, method=method).status_code == 401
