"""Lists of people, worked off batch by batch by the timer."""

import pytest

from services.enrolment.commands import work_off_jobs
from shared.events.enrolment import LearnerEnrolled
from shared.ids import new_id
from tests.api.enrolment.city import City, Course, Watch
from tests.api.enrolment.test_jobs import ask, counts, course, small_batches, work_off_and_die

__all__ = ["course", "small_batches"]


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


def test_once_the_class_is_closed_every_line_left_says_so(city: City, course: Course) -> None:
    class_ = city.plan(course)
    job = ask(city.administrator, class_, city.person()).json
    city.administrator.put(f"/classes/{class_}/closing")
    city.tick(work_off_jobs)
    refused = city.administrator.get(f"/enrolment-jobs/{job['id']}/refusals").json["items"]
    assert [one["problem"] for one in refused] == ["class-is-closed"]
    assert ask(city.administrator, class_, city.person()).json["type"] == "/problems/class-is-closed"
