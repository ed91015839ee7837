"""Figures of classes, of programmes and of a manager's units: the same rows, the same display rule."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest

from shared.events import Event
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import START, Study, published, unit_defined


@dataclass
class Programme:
    """Two courses of one programme: twenty pairs in a class of the first, six in another, four in the second course."""

    city: City
    id: UUID = field(default_factory=new_id)
    course: UUID = field(default_factory=new_id)
    other_course: UUID = field(default_factory=new_id)
    large: UUID = field(default_factory=new_id)
    small: UUID = field(default_factory=new_id)
    beside: UUID = field(default_factory=new_id)

    def events(self) -> Iterator[Event]:
        yield unit_defined(self.city.id, self.beside, self.city.office)
        yield from self._cohort(20, self.course, self.large, self.city.unit)
        yield from self._cohort(6, self.course, self.small, self.beside)
        yield from self._cohort(4, self.other_course, self.other_course, self.city.office)

    def _cohort(self, pairs: int, course: UUID, class_: UUID, unit: UUID) -> Iterator[Event]:
        for place in range(pairs):
            study = Study(self.city.id, course=course, class_=class_, programme=self.id, unit=unit)
            pre = 4000 + 700 * (place % 5)
            yield study.enrolled()
            yield study.completed(pre, pre + 1100 + 400 * (place % 3))


@pytest.fixture
def programme(city: City) -> Programme:
    programme = Programme(city)
    city.hear(*programme.events())
    return programme


def test_a_class_has_figures_of_its_own_by_the_display_rule(city: City, programme: Programme) -> None:
    large = city.analyst.get(f"/classes/{programme.large}/figures").json
    small = city.analyst.get(f"/classes/{programme.small}/figures").json
    assert (large["class"], large["display"], large["n"], large["enrolled"]) == (str(programme.large), "shown", 20, 20)
    assert large["gain"]["mean"] == (7 * 1100 + 7 * 1500 + 6 * 1900) / 20
    assert (small["display"], small["n"], small["gain"]) == ("count only", 6, None)
    assert large["units"] is small["units"] is None


def test_a_class_of_everybody_shows_what_its_course_shows(city: City) -> None:
    course, class_ = new_id(), new_id()
    study = Study(city.id, course=course, class_=class_)
    late = study.completed(3000, 9000, at=START + timedelta(hours=9))
    events: list[Event] = [published(city.id, course), study.enrolled(), late, study.completed(3100, 9000, revision=2)]
    for place in range(20):
        one = Study(city.id, course=course, class_=class_)
        events += [one.enrolled(), one.completed(4000, 7000 + 90 * (place % 7))]
    city.hear(*events)
    own, whole = (city.analyst.get(f"/{path}/figures").json for path in (f"classes/{class_}", f"courses/{course}"))
    assert own["as_of"] == "2026-11-03T05:00:00+00:00"
    for name in ("enrolled", "completed", "n", "gain", "d", "g", "shrunk", "as_of", "rule_set"):
        assert own[name] == whole[name], name


def test_a_programme_adds_up_its_courses(city: City, programme: Programme) -> None:
    figures = city.analyst.get(f"/programmes/{programme.id}/figures").json
    assert (figures["programme"], figures["n"], figures["enrolled"]) == (str(programme.id), 30, 30)
    rows = city.analyst.get(f"{figures['rows']}&limit=100").json["items"]
    assert {row["course"] for row in rows} == {str(programme.course), str(programme.other_course)}
    assert sum(row["post"] - row["pre"] for row in rows) / 30 == figures["gain"]["mean"]


@pytest.mark.parametrize("kind", ["classes", "programmes"])
def test_what_has_no_enrolment_here_is_worth_another_try(city: City, kind: str) -> None:
    for path in ("figures", "figures/rows"):
        assert city.analyst.get(f"/{kind}/{new_id()}/{path}").json["type"] == "/problems/not-yet-known"


def test_the_rows_of_a_small_class_are_suppressed_with_its_figure(city: City, programme: Programme) -> None:
    path = f"/classes/{programme.other_course}/figures"
    assert city.analyst.get(path).json["rows"] is None
    assert city.analyst.get(f"{path}/rows").json["type"] == "/problems/figure-is-suppressed"


def test_a_manager_sees_the_figures_of_the_stamped_unit_and_below(city: City, programme: Programme) -> None:
    path = f"/courses/{programme.course}/figures"
    own, beside, above = (city.manager(unit).get(path).json for unit in (city.unit, programme.beside, city.office))
    assert (own["n"], own["display"], own["units"]) == (20, "shown", [str(city.unit)])
    assert (beside["n"], beside["display"], beside["enrolled"]) == (6, "count only", 6)
    assert (above["n"], above["units"]) == (26, [str(city.office)])
    whole = city.visitor("manager").get(path).json
    assert (whole["n"], whole["units"]) == (26, None)


def test_a_manager_is_shown_only_rows_of_those_units(city: City, programme: Programme) -> None:
    rows = city.manager(programme.beside).get(f"/programmes/{programme.id}/figures/rows").json["items"]
    assert {(row["unit"], row["class"]) for row in rows} == {(str(programme.beside), str(programme.small))}
    assert len(rows) == 6


def test_a_manager_of_a_unit_without_learners_sees_an_empty_figure_and_no_rows(
    city: City, programme: Programme
) -> None:
    manager = city.manager(new_id())
    figures = manager.get(f"/programmes/{programme.id}/figures").json
    assert (figures["enrolled"], figures["display"], figures["as_of"]) == (0, "suppressed", None)
    assert manager.get(f"/programmes/{programme.id}/figures/rows").status_code == 409


def test_another_city_sees_no_class_and_no_programme(city: City, other_city: City, programme: Programme) -> None:
    for path in (f"/classes/{programme.large}/figures", f"/programmes/{programme.id}/figures"):
        for stranger in (other_city.analyst, other_city.manager(city.unit)):
            assert stranger.get(path).json["type"] == "/problems/not-yet-known"
