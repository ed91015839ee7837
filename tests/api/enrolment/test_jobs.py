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
from tests.api.enrolment.city import City, Course, Watch
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


def test_a_list_is_taken_at_once_and_worked_off_batch_by_batch(city: City, course: Course, small_batches: None) -> None:
    class_, people = city.plan(course), [city.person() for _ in range(5)]
    answer = ask(city.administrator, class_, "person", *people)
    assert (answer.status_code, counts(answer.json)) == (202, ("working", 5, 0, 0, 0))
    path = f"/enrolment-jobs/{answer.json['id']}"
    assert answer.headers["Location"] == f"/api/enrolment{path}"
    seen = []
    for _ in range(4):
        city.tick(work_off_jobs)
        seen.append(counts(city.administrator.get(path).json))
    assert seen == [("working", 5, 2, 2, 0), ("working", 5, 4, 4, 0), ("done", 5, 5, 5, 0), ("done", 5, 5, 5, 0)]
    assert sorted(one.person for one in city.said(LearnerEnrolled)) == sorted(people)
    assert city.administrator.get("/enrolment-jobs").json["items"][0]["id"] == answer.json["id"]


def test_a_batch_that_fails_leaves_its_job_where_it_stood(city: City, course: Course, small_batches: None) -> None:
    people = [city.person() for _ in range(4)]
    job = ask(city.administrator, city.plan(course), *people).json
    city.tick(work_off_jobs)
    with pytest.raises(ConnectionError):
        city.tick(work_off_and_die)
    assert counts(city.administrator.get(f"/enrolment-jobs/{job['id']}").json) == ("working", 4, 2, 2, 0)
    city.tick(work_off_jobs)
    assert counts(city.administrator.get(f"/enrolment-jobs/{job['id']}").json) == ("done", 4, 4, 4, 0)
    assert len(city.said(LearnerEnrolled)) == 4


def test_a_fresh_list_waits_a_moment_for_people_who_have_not_arrived(city: City, course: Course, watch: Watch) -> None:
    arriving, never = new_id(), new_id()
    job = ask(city.administrator, city.plan(course), arriving, never).json
    city.tick(work_off_jobs)
    assert counts(city.administrator.get(f"/enrolment-jobs/{job['id']}").json) == ("working", 2, 0, 0, 0)
    watch.go_on(seconds=5)
    city.person(id_=arriving)
    city.tick(work_off_jobs)
    assert counts(city.administrator.get(f"/enrolment-jobs/{job['id']}").json) == ("done", 2, 2, 1, 1)


def test_the_first_ones_of_a_list_get_the_places_and_each_other_line_says_why_not(
    city: City, course: Course, watch: Watch
) -> None:
    class_ = city.plan(course, capacity=2)
    stranger, first, second, third, already = new_id(), city.person(), city.person(), city.person(), city.person()
    city.learner(already).post(f"/classes/{city.plan(course)}/enrolments")
    job = ask(
        city.administrator,
        class_,
        "nama;person",
        f"x;{stranger}",
        "",
        *(f"y;{one}" for one in (already, first, first, second, third, already)),
    ).json
    watch.go_on(seconds=5)
    city.tick(work_off_jobs)
    path = f"/enrolment-jobs/{job['id']}"
    assert counts(city.administrator.get(path).json) == ("done", 7, 7, 2, 5)
    page = city.administrator.get(f"{path}/refusals?limit=3").json
    rest = city.administrator.get(f"{path}/refusals?limit=3&after={page['next']}").json
    refused = [(one["line"], one["person"], one["problem"]) for one in page["items"] + rest["items"]]
    assert refused == [
        (2, None, "person-not-found"),
        (4, str(already), "already-enrolled"),
        (6, str(first), "already-enrolled"),
        (8, str(third), "class-is-full"),
        (9, str(already), "already-enrolled"),
    ]
    assert sorted(one.person for one in city.said(LearnerEnrolled)) == sorted([already, first, second])


def test_a_managers_list_enrols_only_who_works_in_their_units(city: City, course: Course) -> None:
    mine, other = city.person(), city.person(new_id())
    manager = city.manager()
    job = ask(manager, city.plan(course), mine, other).json
    city.tick(work_off_jobs)
    refused = manager.get(f"/enrolment-jobs/{job['id']}/refusals").json["items"]
    assert [(one["line"], one["problem"]) for one in refused] == [(2, "enrols-others")]
    assert [one.person for one in city.said(LearnerEnrolled)] == [mine]


def test_the_same_list_sent_again_while_it_is_worked_off_is_the_same_job(city: City, course: Course) -> None:
    class_, people, administrator = city.plan(course), [city.person() for _ in range(3)], city.administrator
    first, again = (ask(administrator, class_, *people).json for _ in range(2))
    assert again == first
    city.tick(work_off_jobs)
    later = ask(administrator, class_, *people).json
    city.tick(work_off_jobs)
    assert counts(administrator.get(f"/enrolment-jobs/{later['id']}").json) == ("done", 3, 3, 0, 3)


def test_cities_take_turns_whatever_they_ask_for(
    city: City, other_city: City, watch: Watch, small_batches: None
) -> None:
    for _ in range(3):
        ask(city.administrator, city.plan(city.publish()), *(city.person() for _ in range(4)))
    ask(other_city.administrator, other_city.plan(other_city.publish()), *(other_city.person() for _ in range(4)))
    enrolled = []
    for _ in range(4):
        watch.go_on(seconds=1)
        city.tick(work_off_jobs)
        enrolled.append((len(city.said(LearnerEnrolled)), len(other_city.said(LearnerEnrolled))))
    assert enrolled[-1] == (4, 4)
    city.tick(*[work_off_jobs] * 4)


def test_a_cancelled_job_leaves_the_rest_of_its_lines_be(city: City, course: Course, small_batches: None) -> None:
    administrator = city.administrator
    job = ask(administrator, city.plan(course), *(city.person() for _ in range(3))).json
    city.tick(work_off_jobs)
    path = f"/enrolment-jobs/{job['id']}"
    first, again = (administrator.put(f"{path}/cancellation") for _ in range(2))
    assert (first.status_code, counts(first.json), again.json) == (200, ("cancelled", 3, 2, 2, 0), first.json)
    city.tick(work_off_jobs)
    assert len(city.said(LearnerEnrolled)) == 2


def test_what_is_done_can_not_be_cancelled(city: City, course: Course) -> None:
    job = ask(city.administrator, city.plan(course), city.person()).json
    city.tick(work_off_jobs)
    refused = city.administrator.put(f"/enrolment-jobs/{job['id']}/cancellation")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/job-is-done")


def test_once_the_class_is_closed_every_line_left_says_so(city: City, course: Course) -> None:
    class_ = city.plan(course)
    job = ask(city.administrator, class_, city.person()).json
    city.administrator.put(f"/classes/{class_}/closing")
    city.tick(work_off_jobs)
    refused = city.administrator.get(f"/enrolment-jobs/{job['id']}/refusals").json["items"]
    assert [one["problem"] for one in refused] == ["class-is-closed"]
    assert ask(city.administrator, class_, city.person()).json["type"] == "/problems/class-is-closed"


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
