"""A course from its first line to its second version, and back: whole stories of authors."""

from services.catalogue.app import service
from shared.events.identity import PersonErased
from shared.messaging.handling import handle
from tests.api.catalogue.authors import FACTS, FILE, LINK, TEXT, Author, author_in, complete
from tests.api.catalogue.conftest import LEAFLET, House
from tests.api.catalogue.test_authoring import author

__all__ = ["author"]


def test_a_course_is_written_published_and_revised_without_a_manifest(author: Author) -> None:
    city, course = author.city, author.course
    assert author.draft() | {"programme": {}} == {
        "course": course,
        "provider": str(city.id),
        "code": "ARD",
        "number": 1,
        "state": "draft",
        "published_at": None,
        "title": "Arsip Digital",
        "summary": "",
        "language": "id",
        "form": "C3",
        "scope": "domestic",
        "minutes": 0,
        "programme": {},
        "trainers": [str(city.trainer)],
        "outcomes": [],
        "lessons": [],
        "assessments": [],
    }
    text, link = complete(author)
    assert author.problems() == {}
    assert city.publish(course).get_json()["version"] == 1
    first = city.get(f"/courses/{course}/versions/1", "learner").get_json()
    assert [(one["id"], one["required"]) for one in first["lessons"]] == [(text, True), (link, False)]
    assert (first["assessments"][0]["minimum"], first["outcomes"][0]["level"]) == (7000, 3)

    assert author.put("/draft/outcomes", {"outcomes": []}).status_code == 404
    assert author.put("/draft").get_json()["number"] == 2
    rewritten = author.put(f"/draft/lessons/{text}", {**TEXT, "body": "Lain."}).get_json()
    assert [one["id"] for one in rewritten["lessons"]] == [text, link]
    assert author.put("/draft/lesson-order", {"lessons": [link, text]}).status_code == 200
    assert city.publish(course).get_json()["version"] == 2
    second = city.get(f"/courses/{course}/versions/2", "learner").get_json()
    assert [(one["id"], one["position"]) for one in second["lessons"]] == [(link, 1), (text, 2)]
    assert [
        city.get(f"/courses/{course}/versions/{number}/lessons/{text}", "learner").get_json()["html"]
        for number in (1, 2)
    ] == ["<h1>Dasar</h1>\n<p>Isi.</p>\n", "<p>Lain.</p>\n"]
    assert city.get(f"/courses/{course}/versions/1", "learner").get_json() == first
    assert [one["version"] for one in city.said()] == [1, 2]


def test_all_that_keeps_a_draft_from_being_published_is_told_at_once(author: Author) -> None:
    assert set(author.problems()) == {"course-has-no-outcome", "course-has-no-lesson", "completion-rule-is-empty"}
    refused = author.city.publish(author.course)
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/course-has-problems")
    listed = author.city.get(f"/courses/{author.course}/draft/problems").get_json()["problems"]
    assert refused.get_json()["parameters"]["problems"] == listed
    author.add("L1", FILE)
    author.put("/draft/outcomes", {"outcomes": [{"competency": "PP", "level": 3}, {"competency": "XX", "level": 1}]})
    pre = {"code": "PRE", "role": "pre", "must_pass": True, "minimum": 5000}
    quiz = {"code": "POST", "role": "quiz", "must_pass": False, "minimum": 0}
    unknown = {"code": "LAIN", "role": "quiz", "must_pass": False, "minimum": 0}
    author.put("/draft/completion-rule", {"lessons": [], "assessments": [pre, quiz, unknown]})
    assert author.problems() == {
        "competency-not-in-framework": {"competencies": ["XX"]},
        "lesson-has-no-file": {"lesson": "L1"},
        "pre-test-cannot-be-required": {"assessment": "PRE"},
        "assessment-has-another-role": {"assessment": "POST", "published": "post", "used": "quiz"},
        "not-yet-known": {"assessment": "LAIN"},
    }


def test_what_only_has_to_arrive_is_asked_for_again(house: House) -> None:
    city = house.city()
    author = author_in(city)
    complete(author)
    refused = city.publish(author.course)
    assert (refused.get_json()["type"], refused.headers["Retry-After"]) == ("/problems/not-yet-known", "1")


def test_a_draft_that_changes_nothing_is_no_version(author: Author) -> None:
    complete(author)
    author.city.publish(author.course)
    author.put("/draft")
    published = author.city.publish(author.course).get_json()
    assert (published["version"], published["draft"]) == (1, None)
    assert len(author.city.said()) == 1


def test_a_dropped_draft_leaves_the_published_version_or_nothing(author: Author) -> None:
    city, course = author.city, author.course
    complete(author)
    city.publish(course)
    author.put("/draft")
    author.put("/draft/outcomes", {"outcomes": []})
    assert author.ask("DELETE", "/draft").status_code == 204
    shown = city.get(f"/courses/{course}").get_json()
    assert (shown["version"], shown["draft"]) == (1, None)
    assert author.ask("DELETE", "/draft").status_code == 404

    said = {"code": "LAIN", "title": "Lain", "form": "C3", "programme": shown["programme"]["id"]}
    other = Author(city, city.ask("POST", "/courses", "trainer", json=said).get_json()["id"])
    lesson = other.add("L1", FILE)
    other.ask("PUT", f"/draft/lessons/{lesson}/file?name=a.pdf", data=LEAFLET, content_type="application/octet-stream")
    assert other.ask("DELETE", "/draft").status_code == 204
    assert city.get(f"/courses/{other.course}").status_code == 404
    assert city.ask("POST", "/courses", "trainer", json=said).status_code == 201


def test_an_exported_draft_comes_back_as_the_same_and_a_manifest_and_authors_take_turns(author: Author) -> None:
    city, course = author.city, author.course
    complete(author)
    exported = city.get(f"/courses/{course}/manifest", "trainer").data
    assert city.import_course(exported).get_json()["changed"] == []
    lesson = author.add("L3", FILE)
    unfinished = city.get(f"/courses/{course}/manifest", "trainer")
    assert unfinished.get_json()["type"] == "/problems/lesson-has-no-file"
    author.ask("DELETE", f"/draft/lessons/{lesson}")
    author.put("/draft/facts", {**FACTS, "title": "Arsip Baru", "programme": author.draft()["programme"]["id"]})
    assert city.import_course(exported).get_json()["changed"] == ["title"]
    assert author.draft()["title"] == "Arsip Digital"
    assert author.add("L3", LINK) == author.draft()["lessons"][2]["id"]


def test_a_lesson_that_comes_back_is_the_same_lesson(author: Author) -> None:
    text, _ = complete(author)
    author.city.publish(author.course)
    author.put("/draft")
    assert author.ask("DELETE", f"/draft/lessons/{text}").get_json()["lessons"][0]["position"] == 1
    assert author.add("L1", TEXT) == text
    taken = author.city.ask("POST", f"/courses/{author.course}/draft/lessons", "trainer", json={"code": "l1", **TEXT})
    assert (taken.status_code, taken.get_json()["type"]) == (409, "/problems/lesson-code-is-taken")


def test_who_was_erased_is_listed_by_no_course_and_can_be_listed_no_more(author: Author) -> None:
    city = author.city
    complete(author)
    city.publish(author.course)
    author.put("/draft")
    city.hear_of_person(city.trainer)
    with city.worker.writing() as session:
        handle(service, session, [PersonErased(tenant=city.id, person=city.trainer, sequence=2)])
    city.hear_of_person(city.trainer)
    place = f"/courses/{author.course}"
    assert city.get(place).get_json()["trainers"] == city.get(f"{place}/versions/1").get_json()["trainers"] == []
    seen = {"If-Match": city.get(place).headers["ETag"]}
    again = city.ask("PUT", f"{place}/draft/trainers", json={"trainers": [str(city.trainer)]}, headers=seen)
    assert again.get_json()["type"] == "/problems/not-yet-known"
