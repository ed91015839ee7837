"""Enrolling the people of a list: taken whole, worked off in batches, and never twice."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.enrolment.commands import work_off_jobs
from services.enrolment.model import jobs as model
from shared.events.enrolment import LearnerEnrolled
from shared.ids import new_id
from shared.web.auth import Role
from tests.api.enrolment.city import City, Course
from tests.api.serving import Answer, Visitor


@pytest.fixture
def course(city: City) -> Course:
    return city.publish()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.enrolment.commands.jobs.CHUNK", 2 * model.CHUNK // model.BATCH)


def ask(visitor: Visitor, class_: str, *lines: object) -> Answer:
    return visitor.send(f"/classes/{class_}/enrolment-jobs", "\r\n".join(str(line) for line in lines))


def work_off_and_die(session: Session) -> None:
    """Work off a batch, and end before its commit."""
    work_off_jobs(session)
    session.flush()
    raise ConnectionError


def counts(job: dict[str, Any]) -> tuple[object, ...]:
    return tuple(job[name] for name in ("state", "total", "done", "enrolled", "refused"))


def test_the_same_list_sent_again_while_it_is_worked_off_is_the_same_job(city: City, course: Course) -> None:
    class_, people, administrator = city.plan(course), [city.person() for _ in range(3)], city.administrator
    first, again = (ask(administrator, class_, *people).json for _ in range(2))
    assert again == first
    city.tick(work_off_jobs)
    later = ask(administrator, class_, *people).json
    city.tick(work_off_jobs)
    assert counts(administrator.get(f"/enrolment-jobs/{later['id']}").json) == ("done", 3, 3, 0, 3)


def test_what_a_list_leads_to_is_traced_back_to_the_request_that_sent_it(city: City, course: Course) -> None:
    asked = ask(city.administrator, city.plan(course), city.person())
    city.tick(work_off_jobs)
    (enrolled,) = city.said(LearnerEnrolled)
    assert enrolled.correlation == asked.headers["X-Request-ID"]


def test_what_is_done_can_not_be_cancelled(city: City, course: Course) -> None:
    job = ask(city.administrator, city.plan(course), city.person()).json
    city.tick(work_off_jobs)
    refused = city.administrator.put(f"/enrolment-jobs/{job['id']}/cancellation")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/job-is-done")


def test_a_wrong_list_is_refused_by_line_and_enrols_nobody(city: City, course: Course) -> None:
    refused = ask(city.administrator, city.plan(course), city.person(), "198501012010011001", "<script>")
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == ["2", "3"]
    assert "198501012010011001" not in str(refused.json)
    city.tick(work_off_jobs)
    assert city.said(LearnerEnrolled) == []


def test_what_is_no_list_is_not_taken(city: City, course: Course) -> None:
    path = f"/classes/{city.plan(course)}/enrolment-jobs"
    assert city.administrator.send(path, "{}", "application/json").status_code == 415
    assert city.administrator.send(path, b"\xff\xfe\x00").status_code == 422
    assert city.administrator.send(path, "x" * 100_001).json["type"] == "/problems/too-large"
    missing = city.administrator.send(f"/classes/{new_id()}/enrolment-jobs", str(new_id()))
    assert missing.json["type"] == "/problems/class-not-found"


def test_jobs_of_others_are_not_there(city: City, other_city: City, course: Course) -> None:
    job = ask(city.manager(), city.plan(course), city.person()).json
    path = f"/enrolment-jobs/{job['id']}"
    for stranger in (city.manager(), other_city.administrator):
        assert [stranger.get(one).status_code for one in (path, f"{path}/refusals")] == [404, 404]
        assert stranger.put(f"{path}/cancellation").status_code == 404
        assert stranger.get("/enrolment-jobs").json["items"] == []
    assert ask(other_city.administrator, job["class"], new_id()).status_code == 404
    assert city.administrator.put(f"{path}/cancellation").json["state"] == "cancelled"


@pytest.mark.parametrize("role", ["learner", "trainer", "analyst", "operator", None])
def test_outsiders_have_no_jobs(city: City, role: Role | None) -> None:
    visitor, job = city.visitor(None, *([role] if role else [])), f"/enrolment-jobs/{UUID(int=1)}"
    assert ask(visitor, str(UUID(int=1)), new_id()).status_code == 403
    assert [visitor.get(path).status_code for path in ("/enrolment-jobs", job, f"{job}/refusals")] == [403] * 3
    assert visitor.put(f"{job}/cancellation").status_code == 403
