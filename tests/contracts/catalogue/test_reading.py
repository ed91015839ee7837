"""Every address of a course, asked by everybody who may not see it."""

from tests.api.catalogue.conftest import COURSE, City, manifest
from tests.api.catalogue.test_reading import every_address


def test_a_draft_is_shown_to_nobody_who_does_not_edit_it(city: City) -> None:
    course = city.import_course().get_json()["course"]
    for address in every_address(city, course):
        assert city.get(address, "trainer").status_code == 200, address
        assert city.get(address, "trainer", person=city.other_trainer).status_code == 404, address
        assert city.get(address, "learner").status_code in {403, 404}, address


def test_the_draft_of_a_published_course_is_shown_to_nobody_who_does_not_edit_it(city: City) -> None:
    course = city.published_course()
    city.import_course(manifest(COURSE.replace("Ringkasan.", "Lain.")))
    assert city.get(f"/courses/{course}/versions/2", "trainer").get_json()["summary"] == "Lain."
    assert city.get(f"/courses/{course}/versions/2", "learner").status_code == 404
    assert city.get(f"/courses/{course}", "learner").get_json()["draft"] is None
    assert city.get(f"/courses/{course}/manifest", "trainer", person=city.other_trainer).status_code == 403
    assert city.get(f"/courses/{course}/manifest", "learner").status_code == 403
