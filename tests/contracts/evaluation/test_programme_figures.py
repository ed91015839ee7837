"""Everything that is measured of a course: what became of its learners, who passed, how long it took, what it moved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.events import Event
from shared.events.catalogue import Scope
from shared.events.enrolment import ClosingReason
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import TODAY, Study, erased, published

DOORS = ("enrolments", "completion", "hours", "time", "passing", "gain", "levels")
MINIMUM = 7000


@dataclass
class Course:
    """A course whose post-test asks for 70 %; learners are added as they come."""

    city: City
    id: UUID = field(default_factory=new_id)
    test: UUID = field(default_factory=new_id)

    def study(self) -> Study:
        return Study(self.city.id, course=self.id, unit=self.city.unit)

    def completions(self, count: int) -> Iterator[Event]:
        """Learners who passed; the first took one day, the second two, and so on."""
        for place in range(count):
            study = self.study()
            yield study.enrolled()
            yield study.started(TODAY - timedelta(days=place))
            yield study.graded("pre", 2, of=5)
            yield study.graded("post", 5, of=5, assessment=self.test)
            yield study.completed(4000 + 90 * place, 10_000)

    def closings(self, count: int, reason: ClosingReason, *, best: int | None = None) -> Iterator[Event]:
        """Learners who went no further; with `best`, after two attempts at the post-test."""
        for _ in range(count):
            study = self.study()
            yield study.enrolled()
            if best is not None:
                yield study.graded("post", best - 1, of=5, assessment=self.test)
                yield study.graded("post", best, of=5, assessment=self.test, day=1)
            yield study.closed(reason)

    def whole(self) -> list[Event]:
        """Twelve complete, six withdraw, two fail, one is erased, two still learn and one has not begun."""
        beginning = [self.study(), self.study()]
        return [
            published(self.city.id, self.id, minimums={self.test: MINIMUM}),
            *self.completions(12),
            *self.closings(6, "withdrawn"),
            *self.closings(2, "not_completed", best=3),
            *self.closings(1, "erased"),
            *(event for study in beginning for event in (study.enrolled(), study.started())),
            self.study().enrolled(),
        ]


@pytest.fixture
def course(city: City) -> Course:
    return Course(city)


def test_a_course_shows_what_became_of_its_learners_and_opens_to_the_rows(city: City, course: Course) -> None:
    city.hear(*course.whole())
    figures = city.analyst.get(f"/courses/{course.id}/figures").json

    counts = {name: figures[name] for name in ("enrolled", "active", "completed", "closed")}
    assert counts == {"enrolled": 24, "active": 2, "completed": 12, "closed": 9}
    assert figures["closed_for"] == {"withdrawn": 6, "not_completed": 2, "erased": 1}

    completion, passing = figures["completion"], figures["passing"]
    assert (completion["display"], completion["n"], completion["count"], completion["share"]) == ("shown", 20, 12, 0.6)
    assert completion["interval"] == pytest.approx([0.3866, 0.7812], abs=5e-5)
    assert (passing["display"], passing["n"], passing["count"]) == ("preliminary", 14, 12)
    assert passing["why"] == "Fewer than 20 learners who handed in a post-test that must be passed: preliminary."

    assert figures["time"]["days"] == {"lower": 3.75, "median": 6.5, "upper": 9.25}
    assert (figures["hours"]["minutes"], figures["hours"]["jp"]) == (12 * 90, "24.00")
    (levels,) = figures["levels"]
    assert (levels["competency"], levels["display"], levels["n"]) == ("PP", "preliminary", 12)
    assert levels["total"] == pytest.approx(12 * levels["mean"])
    assert levels["mean"] > 0.5

    rows = {door: city.analyst.get(address).json["items"] for door, address in addresses(figures).items()}
    assert {door: len(some) for door, some in rows.items()} == {
        "enrolments": 24,
        "completion": 20,
        "hours": 12,
        "time": 12,
        "passing": 14,
        "gain": 12,
        "levels": 12,
    }
    assert sum(row["levels"][0]["gained"] for row in rows["levels"]) == pytest.approx(levels["total"])
    assert sum(row["minutes"] for row in rows["hours"]) == 12 * 90
    assert sorted(row["days"] for row in rows["time"]) == list(range(1, 13))
    assert [row["post_tests"][0]["best"] for row in rows["passing"] if not row["post_tests"][0]["passed"]] == [6000] * 2
    states = [row["state"] for row in rows["enrolments"]]
    assert {state: states.count(state) for state in states} == {"completed": 12, "closed": 9, "open": 3}


def addresses(figures: Any) -> dict[str, str]:
    """Give the address of the rows behind each figure."""
    (levels,) = figures["levels"]
    doors = {name: figures[name]["rows"] for name in ("completion", "hours", "time", "passing")}
    return {**doors, "enrolments": figures["enrolment_rows"], "gain": figures["rows"], "levels": levels["rows"]}


def test_rows_tell_what_their_figure_takes_of_them_and_no_more(city: City, course: Course) -> None:
    city.hear(*course.whole())
    told = {
        door: set(city.analyst.get(f"/courses/{course.id}/figures/rows?of={door}&limit=1").json["items"][0])
        for door in DOORS
    }
    common = set.intersection(*told.values())
    assert common == {
        "enrolment", "person", "course", "course_version", "class", "programme", "unit", "enrolled_event"
    }  # fmt: skip
    assert told["passing"] - common == {"post_tests"}
    assert told["gain"] - common == {"pre", "post", "completed_on", "completed_event", "revision"}
    assert not {"pre", "post", "post_tests", "levels"} & (told["enrolments"] | told["time"] | told["hours"])


def test_what_four_people_did_is_in_no_figure_and_behind_no_door(city: City, course: Course) -> None:
    city.hear(published(city.id, course.id, minimums={course.test: MINIMUM}), *course.completions(4))
    figures = city.analyst.get(f"/courses/{course.id}/figures").json
    assert (figures["enrolled"], figures["completed"], figures["closed_for"]) == (4, 4, None)
    for name, withheld in (
        ("completion", ("n", "count", "share", "interval")),
        ("passing", ("n", "count", "share", "interval")),
        ("time", ("n", "days")),
        ("hours", ("n", "minutes", "jp")),
    ):
        figure = figures[name]
        assert figure["display"] == "suppressed"
        assert [figure[one] for one in (*withheld, "rows")] == [None] * (len(withheld) + 1), name
    (levels,) = figures["levels"]
    assert [levels[one] for one in ("n", "total", "mean", "sd", "interval", "rows")] == [None] * 6
    for door in DOORS:
        refused = city.analyst.get(f"/courses/{course.id}/figures/rows?of={door}")
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/figure-is-suppressed"), door


def test_an_erased_person_stays_counted_and_leaves_the_levels_gained(city: City, course: Course) -> None:
    city.hear(published(city.id, course.id, minimums={course.test: MINIMUM}), *course.completions(10))
    before = city.analyst.get(f"/courses/{course.id}/figures").json
    for erased_first in (False, True):
        leaving = course.study()
        learnt = [leaving.enrolled(), leaving.graded("post", 5, of=5, assessment=course.test), leaving.completed()]
        gone = erased(city.id, leaving.person)
        city.hear(*([gone, *learnt] if erased_first else [*learnt, gone]))
    after = city.analyst.get(f"/courses/{course.id}/figures").json
    assert (after["completed"], after["passing"]["count"], after["n"]) == (12, 12, 12)
    assert after["levels"] == before["levels"]


@pytest.mark.parametrize(
    ("form", "scope", "minutes", "counted", "jp"),
    [
        ("C3", "domestic", {TODAY: 400}, 400, "44.44"),
        ("B2", "international", {TODAY: 100}, 120, "13.33"),
        ("B6", "domestic", {TODAY: 500, TODAY - timedelta(days=1): 60}, 2 * 4 * 45, "40.00"),
    ],
)
def test_hours_delivered_are_counted_by_form_and_scope_before_what_caps_a_person(
    city: City, course: Course, form: str, scope: Scope, minutes: Mapping[date, int], counted: int, jp: str
) -> None:
    city.hear(published(city.id, course.id))
    city.hear(*(course.study().completed(form=form, scope=scope, minutes=minutes) for _ in range(5)))
    hours = city.analyst.get(f"/courses/{course.id}/figures").json["hours"]
    assert (hours["n"], hours["minutes"], hours["jp"]) == (5, 5 * counted, jp)


def test_an_annulled_attempt_passes_nobody(city: City, course: Course) -> None:
    study, attempt = course.study(), new_id()
    city.hear(*course.whole(), study.enrolled())
    city.hear(study.annulled(attempt), study.graded("post", 5, of=5, assessment=course.test, attempt=attempt))
    passing = city.analyst.get(f"/courses/{course.id}/figures").json["passing"]
    assert (passing["n"], passing["count"]) == (14, 12)


def test_figures_are_narrowed_to_a_unit_within_what_the_caller_may_see(city: City, course: Course) -> None:
    city.hear(*course.whole())
    path, unit = f"/courses/{course.id}/figures", city.unit
    narrow = city.analyst.get(f"{path}?unit={unit}").json
    assert (narrow["units"], narrow["enrolled"], narrow["completion"]["n"]) == ([str(unit)], 24, 20)
    assert f"unit={unit}" in narrow["completion"]["rows"]
    assert len(city.analyst.get(narrow["completion"]["rows"]).json["items"]) == 20
    assert city.analyst.get(f"{path}?unit={new_id()}").json["enrolled"] == 0
    assert city.manager(city.office).get(f"{path}?unit={unit}").json["enrolled"] == 24
