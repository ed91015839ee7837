"""Publications one after the other: a further version, a newer assessment, another framework, two editors at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from deploy.demo.bundle import course_bundle
from shared import clock
from tests.api.catalogue.conftest import COURSE, FILES, City, House, manifest
from tests.contracts.catalogue.test_publishing import DEMO


def test_a_later_edit_is_version_2_and_version_1_stays_open(city: City) -> None:
    course = city.published_course()
    first = city.get(f"/courses/{course}/versions/1", "learner").get_json()
    files = {"lessons/L1.md": b"Lain.\n", "bahan/leaflet.pdf": b"%PDF-1.7 baru"}
    city.import_course(manifest(COURSE.replace("Standar Pelayanan", "Standar Baru"), files))
    assert city.get(f"/courses/{course}", "learner").get_json()["title"] == "Standar Pelayanan"
    assert city.publish(course).get_json()["version"] == 2
    assert city.get(f"/courses/{course}", "learner").get_json()["title"] == "Standar Baru"
    assert city.get(f"/courses/{course}/versions/1", "learner").get_json() == first
    text, leaflet = (first["lessons"][place]["id"] for place in (0, 1))
    old = city.get(f"/courses/{course}/versions/1/lessons/{text}", "learner").get_json()
    new = city.get(f"/courses/{course}/versions/2/lessons/{text}", "learner").get_json()
    assert "pelajaran" in old["html"]
    assert new["html"] == "<p>Lain.</p>\n"
    addresses = [
        city.get(f"/courses/{course}/versions/{number}/lessons/{leaflet}", "learner").get_json()["material"]["url"]
        for number in (1, 2)
    ]
    assert [city.get(address, "learner").data for address in addresses] == [
        FILES["bahan/leaflet.pdf"],
        b"%PDF-1.7 baru",
    ]
    assert [one["version"] for one in city.said()] == [1, 2]


def test_a_newer_assessment_is_pinned_by_the_next_publication(city: City) -> None:
    course = city.published_course()
    city.hear_of_assessment("POST", "post", version=2)
    assert city.publish(course).get_json()["version"] == 2
    assert [one["assessments"][1]["version"] for one in city.said()] == [1, 2]
    assert city.import_course().get_json()["changed"] == []


def test_the_newest_framework_that_has_begun_decides_whatever_came_last(house: House) -> None:
    city = house.city()
    city.hear_of_zone()
    city.hear_of_assessment("PRE", "pre")
    city.hear_of_assessment("POST", "post")
    city.hear_of_framework("KOM", version=2, valid_from=date(2026, 7, 1))
    city.hear_of_framework("PP", version=1)
    course = city.import_course().get_json()["course"]
    # In Jakarta the first of July begins at 17:00 UTC on the day before.
    with clock.telling(datetime(2026, 6, 30, 17, tzinfo=UTC)):
        refused = city.publish(course)
    assert refused.get_json()["parameters"] == {"competencies": ["PP"]}
    with clock.telling(datetime(2026, 6, 30, 16, 59, tzinfo=UTC)):
        assert city.publish(course).status_code == 200


def test_of_two_editors_at_once_one_publishes_and_the_other_is_told_to_read_again(city: City) -> None:
    course = city.import_course().get_json()["course"]
    seen = city.get(f"/courses/{course}").headers["ETag"]
    with ThreadPoolExecutor(4) as editors:
        answers = list(editors.map(lambda _: city.publish(course, "administrator", etag=seen).status_code, range(4)))
    assert sorted(answers) == [200, 412, 412, 412]
    assert len(city.said()) == 1


def test_the_demo_course_is_taken_in_and_published(city: City) -> None:
    course = city.import_course(course_bundle(DEMO)).get_json()["course"]
    city.hear_of_assessment("SPP-PRE", "pre")
    city.hear_of_assessment("SPP-POST", "post")
    assert city.publish(course).get_json()["minutes"] == 170
    lessons = city.get(f"/courses/{course}/versions/1").get_json()["lessons"]
    texts = [city.get(f"/courses/{course}/versions/1/lessons/{one['id']}").get_json()["html"] for one in lessons]
    assert all(text.startswith("<h1>") and "</p>" in text for text in texts)
