"""A course's figures over HTTP, by the display rule."""

from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import published
from tests.api.evaluation.stories import cohort


def test_the_rows_are_suppressed_together_with_the_figure(city: City) -> None:
    course = new_id()
    city.hear(*cohort(city.id, course, 4))
    answer = city.analyst.get(f"/courses/{course}/figures/rows")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/figure-is-suppressed")


def test_a_manager_cannot_ask_for_a_unit_above_the_own_one(city: City) -> None:
    for path in ("figures", "figures/rows"):
        refused = city.manager(city.unit).get(f"/courses/{new_id()}/{path}?unit={city.office}")
        assert (refused.status_code, refused.json["type"]) == (403, "/problems/unit-is-not-managed")


def test_rows_of_no_figure_are_refused_with_the_figures_there_are(city: City) -> None:
    refused = city.analyst.get(f"/courses/{new_id()}/figures/rows?of=happiness")
    assert refused.status_code == 422
    assert "levels" in refused.json["errors"]["of"][0]


def test_a_course_without_learners_has_empty_figures(city: City) -> None:
    course = new_id()
    city.hear(published(city.id, course))
    figures = city.analyst.get(f"/courses/{course}/figures").json
    assert (figures["enrolled"], figures["display"], figures["as_of"]) == (0, "suppressed", None)


def test_a_course_that_has_not_arrived_yet_is_worth_another_try(city: City) -> None:
    for path in ("figures", "figures/rows"):
        assert city.analyst.get(f"/courses/{new_id()}/{path}").json["type"] == "/problems/not-yet-known"


def test_each_city_has_figures_of_its_own_in_a_shared_course(city: City, other_city: City) -> None:
    course = new_id()
    city.hear(published(city.id, course), *cohort(city.id, course, 20))
    assert other_city.analyst.get(f"/courses/{course}/figures").json["type"] == "/problems/not-yet-known"
    other_city.hear(*cohort(other_city.id, course, 5))
    figures = other_city.analyst.get(f"/courses/{course}/figures").json
    assert (figures["n"], figures["enrolled"], figures["title"]) == (5, 6, None)
    rows = other_city.analyst.get(f"/courses/{course}/figures/rows").json["items"]
    assert len(rows) == 5
