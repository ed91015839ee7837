"""Manifests that come back: changed, exported, taken by another city."""

from tests.api.catalogue.conftest import COURSE, City, House, manifest


def test_a_change_of_a_published_course_is_a_draft_that_can_be_taken_back(city: City) -> None:
    course = city.published_course()
    changed = city.import_course(manifest(COURSE.replace("Ringkasan.", "Lain."))).get_json()
    assert (changed["version"], changed["changed"]) == (2, ["summary"])
    assert city.get(f"/courses/{course}").get_json()["draft"] == 2
    back = city.import_course().get_json()
    assert (back["version"], back["changed"]) == (1, ["summary"])
    assert city.get(f"/courses/{course}").get_json()["draft"] is None


def test_the_export_of_one_city_is_taken_by_another_as_its_own(city: City, house: House) -> None:
    course = city.import_course().get_json()["course"]
    exported = city.get(f"/courses/{course}/manifest").data
    other = house.city()
    done = other.import_course(exported).get_json()
    assert done["created"]
    assert done["course"] != course
    assert other.get(f"/courses/{done['course']}/manifest").data == exported


def test_a_lesson_that_comes_back_after_a_version_without_it_is_the_same_lesson(city: City) -> None:
    course = city.published_course()
    link = next(line for line in COURSE.splitlines(keepends=True) if "code: L3" in line)
    city.import_course(manifest(COURSE.replace(link, "")))
    city.publish(course)
    city.import_course()
    city.publish(course)
    ids = [
        {one["code"]: one["id"] for one in city.get(f"/courses/{course}/versions/{number}").get_json()["lessons"]}
        for number in (1, 2, 3)
    ]
    assert ids[0] == ids[2]
    assert ids[1] == {code: ids[0][code] for code in ("L1", "L2")}
