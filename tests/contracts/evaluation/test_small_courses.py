"""Courses of so few learners that their figures are withheld, in whole or in part."""

import pytest

from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.stories import cohort


@pytest.mark.parametrize(
    ("pairs", "display", "says"),
    [
        (4, "suppressed", {"n": None, "gain": None, "g": None, "shrunk": None, "rows": None}),
        (5, "count only", {"n": 5, "gain": None, "g": None, "shrunk": None}),
        (10, "preliminary", {"n": 10, "gain": None, "g": None}),
    ],
)
def test_a_small_course_shows_no_more_than_it_may_and_says_why(
    city: City, pairs: int, display: str, says: dict[str, object]
) -> None:
    course = new_id()
    city.hear(*cohort(city.id, course, pairs))
    figures = city.analyst.get(f"/courses/{course}/figures").json
    assert figures["display"] == display
    assert figures["why"].startswith("Fewer than")
    assert says.items() <= figures.items()
    assert (figures["enrolled"], figures["completed"]) == (pairs + 1, pairs + 1)
    assert (figures["shrunk"] is not None) == (display == "preliminary")
