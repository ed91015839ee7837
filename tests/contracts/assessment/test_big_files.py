"""Question files beyond every use are refused, and named for what they are."""

from tests.unit.assessment.test_moodle_xml import faults


def test_a_file_of_very_many_elements_is_refused() -> None:
    assert faults("<quiz>\n" + "<a/>" * 250_000 + "</quiz>") == [(0, 2, "too_many_elements")]
