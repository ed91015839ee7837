"""The gain of a course with enough learners to show it, and the rows that add up to it."""

from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import published
from tests.api.evaluation.stories import cohort


def test_from_twenty_pairs_on_the_gain_is_shown_with_its_interval(city: City) -> None:
    course = new_id()
    city.hear(published(city.id, course), *cohort(city.id, course, 20))
    figures = city.analyst.get(f"/courses/{course}/figures").json
    assert (figures["display"], figures["why"], figures["n"]) == ("shown", None, 20)
    assert figures["gain"]["mean"] == (7 * 1100 + 7 * 1500 + 6 * 1900) / 20
    low, high = figures["gain"]["interval"]
    assert low < figures["gain"]["mean"] < high
    assert 0 < figures["g"] < figures["d"]
    assert figures["shrunk"]["g"] < figures["g"]
    assert (figures["title"], figures["as_of"]) == ("Pelayanan publik 1", "2026-11-02T21:00:00+00:00")
    assert figures["rule_set"] == "nasional-2019-01"


def test_one_more_learner_moves_the_figures(city: City) -> None:
    course = new_id()
    city.hear(*cohort(city.id, course, 20))
    before = city.analyst.get(f"/courses/{course}/figures").json
    city.hear(*city.study(course=course).whole())
    after = city.analyst.get(f"/courses/{course}/figures").json
    assert (after["enrolled"], after["completed"], after["n"]) == (22, 22, 21)
    assert after["gain"]["mean"] > before["gain"]["mean"]


def test_the_rows_behind_a_figure_add_up_to_it(city: City) -> None:
    course = new_id()
    city.hear(*cohort(city.id, course, 20))
    figures = city.analyst.get(f"/courses/{course}/figures").json
    rows, after = [], ""
    while after is not None:
        page = city.analyst.get(f"{figures['rows']}&limit=8{after and f'&after={after}'}").json
        rows += page["items"]
        after = page["next"]
    gains = [row["post"] - row["pre"] for row in rows]
    assert len(gains) == figures["n"] == figures["enrolled"] - 1
    assert sum(gains) / len(gains) == figures["gain"]["mean"]
    assert all(row["enrolled_event"] and row["completed_event"] for row in rows)
