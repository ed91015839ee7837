"""What learners and editors are shown: courses, versions, lessons and files."""

from uuid import UUID

import pytest

from shared.ids import new_id
from shared.web.auth import Role
from tests.api.catalogue.conftest import COURSE, FILES, LEAFLET, City, House, manifest


def course_named(code: str, title: str) -> bytes:
    return manifest(COURSE.replace("code: SPP", f"code: {code}").replace("title: Standar Pelayanan", f"title: {title}"))


def lesson_ids(city: City, course: str) -> list[str]:
    return [one["id"] for one in city.get(f"/courses/{course}/versions/1").get_json()["lessons"]]


def test_published_courses_are_listed_by_title_page_by_page(city: City) -> None:
    for code, title in (("C", "Ceria"), ("A", "Arsip"), ("B", "Bantuan")):
        city.publish(city.import_course(course_named(code, title)).get_json()["course"])
    first = city.get("/courses?limit=2", "learner").get_json()
    rest = city.get(f"/courses?limit=2&after={first['next']}", "learner").get_json()
    assert [one["title"] for one in [*first["items"], *rest["items"]]] == ["Arsip", "Bantuan", "Ceria"]
    assert rest["next"] is None
    shown = first["items"][0]
    assert shown == {
        "id": shown["id"],
        "code": "A",
        "provider": str(city.id),
        "state": "published",
        "version": 1,
        "title": "Arsip",
        "summary": "Ringkasan.",
        "language": "id",
        "form": "C3",
        "scope": "domestic",
        "minutes": 45,
        "programme": {"id": shown["programme"]["id"], "code": "LAYANAN", "title": "Pelayanan Publik"},
    }


def test_a_draft_is_listed_for_its_trainer_and_administrators_alone(city: City) -> None:
    course = city.import_course().get_json()["course"]

    def listed(role: Role, **rest: UUID) -> list[str]:
        return [one["id"] for one in city.get("/courses", role, **rest).get_json()["items"]]

    assert listed("trainer") == listed("administrator") == [course]
    assert listed("trainer", person=city.other_trainer) == listed("learner") == listed("analyst") == []


def test_a_version_shows_what_it_asks_and_gives(city: City) -> None:
    course = city.published_course()
    shown = city.get(f"/courses/{course}/versions/1", "learner").get_json()
    assert shown["outcomes"] == [{"competency": "PP", "level": 3, "name": "Kompetensi PP"}]
    assert [(one["code"], one["position"], one["kind"]) for one in shown["lessons"]] == [
        ("L1", 1, "text"),
        ("L2", 2, "file"),
        ("L3", 3, "link"),
    ]
    assert shown["assessments"][1] == {
        "code": "POST",
        "role": "post",
        "must_pass": True,
        "minimum": 7000,
        "id": str(city.assessments["POST"]),
        "version": 1,
        "competencies": [{"competency": "PP", "level": 3}],
    }
    assert (shown["course"], shown["number"], shown["state"]) == (course, 1, "published")
    assert shown["published_at"]


def test_lessons_are_text_link_or_file(city: City) -> None:
    course = city.published_course()
    text, file, link = (
        city.get(f"/courses/{course}/versions/1/lessons/{lesson}", "learner").get_json()
        for lesson in lesson_ids(city, course)
    )
    assert (text["html"], text["url"], text["material"]) == (
        "<h1>Dasar</h1>\n<p>Isi <em>pelajaran</em>.</p>\n",
        None,
        None,
    )
    assert (link["html"], link["url"], link["material"]) == (None, "https://www.lapor.go.id/", None)
    assert file["material"] | {"sha256": ""} == {
        "id": file["material"]["id"],
        "name": "leaflet.pdf",
        "size": len(LEAFLET),
        "sha256": "",
        "content_type": "application/pdf",
        "url": f"/api/catalogue/courses/{course}/versions/1/materials/{file['material']['id']}",
    }


SCRIPT = "<script>alert(1)</script>"


def test_script_in_any_text_of_a_lesson_is_data_and_never_markup(city: City) -> None:
    course = COURSE.replace("title: Dasar", f"title: '{SCRIPT}'").replace("Ringkasan.", f"'{SCRIPT}'")
    body = f"# {SCRIPT}\n\n{SCRIPT}\n\n[x](javascript:alert(1))\n\n<img src=x onerror=alert(1)>\n"
    made = city.import_course(manifest(course, {**FILES, "lessons/L1.md": body.encode()})).get_json()["course"]
    answer = city.get(f"/courses/{made}/versions/1/lessons/{lesson_ids(city, made)[0]}")
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    lesson = answer.get_json()
    assert lesson["title"] == SCRIPT
    assert not any(mark in lesson["html"] for mark in ("<script", "<img", 'href="javascript'))
    assert "&lt;script&gt;" in lesson["html"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_a_link_that_is_no_web_address_is_refused(city: City, address: str) -> None:
    refused = city.import_course(manifest(COURSE.replace("https://www.lapor.go.id/", address)))
    assert set(refused.get_json()["errors"]) == {"lessons[2].url"}


def material_of(city: City, content: bytes) -> str:
    made = city.import_course(manifest(files={**FILES, "bahan/leaflet.pdf": content})).get_json()["course"]
    city.publish(made)
    lesson = city.get(f"/courses/{made}/versions/1/lessons/{lesson_ids(city, made)[1]}").get_json()
    return str(lesson["material"]["url"])


def test_a_file_is_downloaded_whole_or_in_ranges(city: City) -> None:
    address = material_of(city, LEAFLET)
    whole = city.get(address, "learner")
    assert (whole.status_code, whole.data, whole.headers["Accept-Ranges"]) == (200, LEAFLET, "bytes")
    part = city.get(address, "learner", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, LEAFLET[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(LEAFLET)}"
    beyond = city.get(address, "learner", headers={"Range": "bytes=900000-"})
    assert (beyond.status_code, beyond.mimetype) == (416, "application/problem+json")
    known = city.get(address, "learner", headers={"If-None-Match": whole.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")


@pytest.mark.parametrize(
    ("content", "kind", "shown"),
    [
        (LEAFLET, "application/pdf", "inline"),
        (b"\x89PNG\r\n\x1a\n....", "image/png", "inline"),
        (b"<html><script>alert(1)</script></html>", "text/plain", "attachment"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain", "attachment"),
    ],
)
def test_a_file_is_served_as_what_it_is_not_as_it_is_called(city: City, content: bytes, kind: str, shown: str) -> None:
    answer = city.get(material_of(city, content), "learner")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, kind, content)
    assert answer.headers["Content-Disposition"].split(";")[0] == shown
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_another_version_is_not_served_under_this_one(city: City) -> None:
    old = material_of(city, LEAFLET)
    city.import_course(manifest(files={**FILES, "bahan/leaflet.pdf": b"%PDF-1.7 baru"}))
    assert city.get(old, "learner").status_code == 200
    assert city.get(old.replace("/versions/1/", "/versions/2/")).status_code == 404


def every_address(city: City, course: str) -> list[str]:
    lesson = lesson_ids(city, course)[1]
    place = f"/courses/{course}/versions/1"
    material = city.get(f"{place}/lessons/{lesson}").get_json()["material"]["url"]
    return [f"/courses/{course}", place, f"{place}/lessons/{lesson}", material, f"/courses/{course}/manifest"]


def test_another_city_sees_and_changes_nothing(city: City, house: House) -> None:
    course = city.published_course()
    other = house.city()
    assert other.get("/courses").get_json() == {"items": [], "next": None}
    for address in every_address(city, course):
        assert other.get(address).status_code == 404, address
    assert other.publish(course, "administrator", etag='"2"').status_code == 404
    assert len(city.said()) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/courses"),
        ("GET", "/courses/{course}"),
        ("GET", "/courses/{course}/versions/1"),
        ("GET", "/courses/{course}/versions/1/lessons/{course}"),
        ("GET", "/courses/{course}/versions/1/materials/{course}"),
        ("GET", "/courses/{course}/manifest"),
        ("PUT", "/courses/{course}/publication"),
        ("POST", "/course-imports"),
    ],
)
def test_nobody_without_a_token_is_answered(house: House, method: str, path: str) -> None:
    assert house.client.open(path.format(course=new_id()), method=method).status_code == 401


@pytest.mark.parametrize("role", ["learner", "analyst", "manager"])
def test_only_trainers_and_administrators_import_export_and_publish(house: House, role: Role) -> None:
    city = house.city()
    assert city.import_course(role=role).status_code == 403
    assert city.get(f"/courses/{new_id()}/manifest", role).status_code == 403
    assert city.publish(str(new_id()), role, etag='"1"').status_code == 403


def test_what_is_not_there_is_said_to_be_missing(city: City) -> None:
    course = city.published_course()
    for path in (
        f"/courses/{city.id}",
        f"/courses/{course}/versions/7",
        f"/courses/{course}/versions/99999999999999999999",
        f"/courses/{course}/versions/1/lessons/{course}",
        f"/courses/{course}/versions/1/materials/{course}",
    ):
        assert city.get(path).status_code == 404, path
