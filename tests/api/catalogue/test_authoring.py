"""Writing a course over HTTP, from its programme to its publication and its next version."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.ids import new_id
from tests.api.catalogue.authors import FACTS, FILE, LINK, POST, TEXT, Author, author_in, complete
from tests.api.catalogue.conftest import LEAFLET, City, House


@pytest.fixture
def author(city: City) -> Author:
    return author_in(city)


@pytest.fixture(scope="module")
def refused(house: House) -> Author:
    """Somebody whose every request is refused, so that all tests may share them."""
    return author_in(house.city())


def test_the_markdown_of_a_lesson_is_shown_to_its_authors_as_it_was_written(author: Author) -> None:
    lesson = author.add("L1", {**TEXT, "body": "<script>alert(1)</script> *a*"})
    shown = author.city.get(f"/courses/{author.course}/draft/lessons/{lesson}", "trainer").get_json()
    assert shown["body"] == "<script>alert(1)</script> *a*"
    assert "<script" not in shown["html"]


def test_trainers_are_people_of_the_city_and_decide_who_edits(author: Author) -> None:
    city = author.city
    people = [str(city.trainer), str(city.other_trainer)]
    assert author.put("/draft/trainers", {"trainers": people}).get_json()["type"] == "/problems/not-yet-known"
    city.hear_of_person(city.trainer)
    city.hear_of_person(city.other_trainer)
    stranger = author.put("/draft/trainers", {"trainers": [str(new_id())]})
    assert (stranger.status_code, stranger.headers["Retry-After"]) == (409, "1")
    assert author.put("/draft/trainers", {"trainers": people}).get_json()["trainers"] == sorted(people)
    assert city.get(f"/courses/{author.course}/draft", "trainer", person=city.other_trainer).status_code == 200


def test_an_editor_who_read_an_older_state_is_told_to_read_again(author: Author) -> None:
    seen = author.city.get(f"/courses/{author.course}/draft", "trainer").headers["ETag"]
    lesson = author.add("L1", TEXT)
    for method, path, body in (
        ("PUT", "/draft/outcomes", {"outcomes": []}),
        ("PUT", "/draft/lesson-order", {"lessons": []}),
        ("PUT", f"/draft/lessons/{lesson}", TEXT),
        ("DELETE", f"/draft/lessons/{lesson}", None),
        ("DELETE", "/draft", None),
    ):
        assert author.ask(method, path, json=body, headers={"If-Match": seen}).status_code == 412, path
        bare = author.city.ask(method, f"/courses/{author.course}{path}", "trainer", json=body)
        assert bare.status_code == 428, path


def test_a_retried_creation_is_done_once(author: Author) -> None:
    city, key = author.city, {"Idempotency-Key": "satu"}
    answers = [
        city.ask("POST", f"/courses/{author.course}/draft/lessons", "trainer", json={"code": "L1", **TEXT}, headers=key)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].data == answers[1].data
    assert len(author.draft()["lessons"]) == 1


def test_codes_are_taken_once(author: Author) -> None:
    city = author.city
    again = city.ask("POST", "/programmes", json={"code": "ARSIP", "title": "Lain"})
    assert (again.status_code, again.get_json()["type"]) == (409, "/problems/programme-code-is-taken")
    said = {"code": "ARD", "title": "Lain", "form": "C3", "programme": author.draft()["programme"]["id"]}
    again = city.ask("POST", "/courses", json=said)
    assert (again.status_code, again.get_json()["type"]) == (409, "/problems/course-code-is-taken")


def test_a_programme_is_renamed_by_an_administrator_for_all_its_courses(author: Author) -> None:
    city, programme = author.city, author.draft()["programme"]["id"]
    place, seen = f"/programmes/{programme}", {"If-Match": '"1"'}
    refused = city.ask("PUT", place, "trainer", json={"title": "Arsip"}, headers=seen)
    assert refused.status_code == 403
    renamed = city.ask("PUT", place, json={"title": "Arsip"}, headers=seen)
    assert (renamed.get_json()["title"], renamed.headers["ETag"]) == ("Arsip", '"2"')
    assert city.ask("PUT", place, json={"title": "Lain"}, headers=seen).status_code == 412
    assert author.draft()["programme"]["title"] == "Arsip"
    assert [one["code"] for one in city.get("/programmes", "learner").get_json()["items"]] == ["ARSIP"]
    assert city.get(place, "learner").get_json()["revision"] == 2


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/draft/lessons", {"code": "L1", **TEXT, "body": "a\0b"}, "body"),
        ("/draft/lessons", {"code": "L1", **TEXT, "body": "a\x07b"}, "body"),
        ("/draft/lessons", {"code": "L1", **TEXT, "body": "\ud800"}, "body"),
        ("/draft/lessons", {"code": "L1", **TEXT, "body": "a" * 400_001}, "body"),
        ("/draft/lessons", {"code": "L1", **TEXT, "title": " "}, "title"),
        ("/draft/lessons", {"code": "L" * 41, **TEXT}, "code"),
        ("/draft/lessons", {"code": "L1", **TEXT, "minutes": 0}, "minutes"),
        ("/draft/lessons", {"code": "L1", **TEXT, "minutes": "30"}, "minutes"),
        ("/draft/lessons", {"code": "L1", **TEXT, "required": "yes"}, "required"),
        ("/draft/lessons", {"code": "L1", **TEXT, "kind": "film"}, "kind"),
        ("/draft/lessons", {"code": "L1", **TEXT, "url": "https://a.example/"}, "url"),
        ("/draft/lessons", {"code": "L1", **FILE, "body": "Isi."}, "body"),
        ("/draft/lessons", {"code": "L1", **LINK, "url": "javascript:alert(1)"}, "url"),
        ("/draft/lessons", {"code": "L1", **LINK, "url": "data:text/html,x"}, "url"),
        ("/draft/lessons", {"code": "L1", **LINK, "url": "https://a.example/" + "a" * 2_000}, "url"),
        ("/draft/outcomes", {"outcomes": [{"competency": "PP", "level": 6}]}, "outcomes"),
        ("/draft/outcomes", {"outcomes": [{"competency": "PP", "level": 1}] * 2}, "outcomes"),
        ("/draft/completion-rule", {"lessons": [], "assessments": [POST, POST]}, "assessments"),
        ("/draft/completion-rule", {"lessons": [], "assessments": [{**POST, "minimum": 10_001}]}, "assessments"),
        ("/draft/completion-rule", {"lessons": [str(new_id())], "assessments": []}, "lessons"),
        ("/draft/facts", {**FACTS, "programme": str(new_id())}, "programme"),
        ("/draft/facts", {**FACTS, "form": "PELATIHAN", "programme": str(new_id())}, "form"),
        ("/draft/trainers", {"trainers": ["semua"]}, "trainers"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_field(refused: Author, path: str, body: Any, place: str) -> None:
    answer = refused.ask("POST" if path == "/draft/lessons" else "PUT", path, json=body)
    assert answer.status_code == 422, answer.text
    assert place in answer.get_json()["errors"]
    assert refused.city.get(f"/courses/{refused.course}").headers["ETag"] == '"1"'


def test_an_order_names_every_lesson_once(author: Author) -> None:
    text, link = complete(author)
    for order in ([text], [text, text], [text, link, str(new_id())]):
        refused = author.put("/draft/lesson-order", {"lessons": order})
        assert (refused.status_code, refused.get_json()["parameters"]) == (409, {"lessons": 2})


def test_a_body_of_fifty_megabytes_is_refused_unread(refused: Author) -> None:
    answer = refused.ask("PUT", "/draft/outcomes", data=bytes(50_000_000), content_type="application/json")
    assert (answer.status_code, answer.get_json()["parameters"]) == (413, {"limit": 1_000_000})


WRITES: list[tuple[str, str, Callable[[str], dict[str, Any]]]] = [
    ("PUT", "/courses/{course}/draft", lambda _: {}),
    ("DELETE", "/courses/{course}/draft", lambda _: {}),
    ("PUT", "/courses/{course}/draft/facts", lambda one: {"json": {**FACTS, "programme": one}}),
    ("POST", "/courses/{course}/draft/lessons", lambda _: {"json": {"code": "LX", **TEXT}}),
    ("PUT", "/courses/{course}/draft/lessons/{lesson}", lambda _: {"json": TEXT}),
    ("DELETE", "/courses/{course}/draft/lessons/{lesson}", lambda _: {}),
    (
        "PUT",
        "/courses/{course}/draft/lessons/{lesson}/file",
        lambda _: {"data": LEAFLET, "content_type": "application/octet-stream"},
    ),
    ("PUT", "/courses/{course}/draft/lesson-order", lambda _: {"json": {"lessons": []}}),
    ("PUT", "/courses/{course}/draft/outcomes", lambda _: {"json": {"outcomes": []}}),
    ("PUT", "/courses/{course}/draft/completion-rule", lambda _: {"json": {"lessons": [], "assessments": []}}),
    ("PUT", "/courses/{course}/draft/trainers", lambda _: {"json": {"trainers": []}}),
    ("GET", "/courses/{course}/draft", lambda _: {}),
    ("GET", "/courses/{course}/draft/problems", lambda _: {}),
    ("GET", "/courses/{course}/draft/lessons/{lesson}", lambda _: {}),
]


def test_nobody_but_its_editors_reads_or_writes_a_draft(author: Author, house: House) -> None:
    lesson, other = author.add("L1", TEXT), house.city()
    before, seen = author.draft(), author.city.get(f"/courses/{author.course}").headers["ETag"]
    programme = before["programme"]["id"]
    for method, template, options in WRITES:
        path = template.format(course=author.course, lesson=lesson)
        headers = {"headers": {"If-Match": seen}}
        outsiders = [
            author.city.ask(method, path, "trainer", person=author.city.other_trainer, **options(programme), **headers),
            author.city.ask(method, path, "learner", **options(programme), **headers),
            other.ask(method, path, "administrator", **options(programme), **headers),
        ]
        assert [one.status_code for one in outsiders] == [404, 403, 404], path
    assert author.draft() == before


def test_a_trainer_of_another_course_may_not_edit_a_published_one(author: Author) -> None:
    complete(author)
    author.city.publish(author.course)
    seen = {"If-Match": author.city.get(f"/courses/{author.course}").headers["ETag"]}
    place = f"/courses/{author.course}/draft"
    refused = author.city.ask("PUT", place, "trainer", person=author.city.other_trainer, headers=seen)
    assert (refused.status_code, refused.get_json()["type"]) == (403, "/problems/not-an-editor-of-the-course")


def test_a_programme_of_another_city_is_not_there(author: Author, house: House) -> None:
    programme, other = author.draft()["programme"]["id"], house.city()
    assert other.get(f"/programmes/{programme}").status_code == 404
    renamed = other.ask("PUT", f"/programmes/{programme}", json={"title": "Milik kami"}, headers={"If-Match": '"1"'})
    assert renamed.status_code == 404
    said = {"code": "X", "title": "X", "form": "C3", "programme": programme}
    assert other.ask("POST", "/courses", json=said).get_json()["type"] == "/problems/programme-is-unknown"
    assert other.get("/programmes").get_json()["items"] == []
    assert other.ask("POST", "/courses", "learner", json=said).status_code == 403
    assert other.ask("POST", "/programmes", "learner", json={"code": "X", "title": "X"}).status_code == 403
