"""Files of lessons over several changes of a draft."""

from shared.ids import new_id
from tests.api.catalogue.authors import FILE, TEXT, Author
from tests.api.catalogue.conftest import LEAFLET
from tests.api.catalogue.test_files import author, lesson, material, upload

__all__ = ["author", "lesson"]


def test_another_content_of_the_same_name_gets_a_name_of_its_own(author: Author, lesson: str) -> None:
    upload(author, lesson)
    other = author.add("L2", FILE)
    upload(author, other, LEAFLET + b"2", name="LEMBAR.pdf")
    assert material(author, other)["name"] == "LEMBAR.pdf"
    exported = author.city.get(f"/courses/{author.course}/manifest", "trainer").data
    assert author.city.import_course(exported).get_json()["changed"] == []


def test_only_a_file_lesson_of_the_newest_draft_takes_a_file(author: Author, lesson: str) -> None:
    text = author.add("L2", TEXT)
    assert upload(author, text).get_json()["type"] == "/problems/lesson-takes-no-file"
    assert upload(author, str(new_id())).status_code == 404
    assert upload(author, lesson, headers={"If-Match": '"1"'}).status_code == 412
    assert upload(author, lesson).status_code == 200
    assert author.put(f"/draft/lessons/{lesson}", {**FILE, "title": "Lain"}).status_code == 200
    assert material(author, lesson)["name"] == "lembar.pdf"
    author.put(f"/draft/lessons/{lesson}", TEXT)
    author.put(f"/draft/lessons/{lesson}", FILE)
    assert material(author, lesson) == {}
