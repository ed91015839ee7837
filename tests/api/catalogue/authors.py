"""Those who write courses over HTTP."""

from typing import Any

from werkzeug.test import TestResponse

from tests.api.catalogue.conftest import City

FACTS = {"title": "Arsip Digital", "summary": "", "language": "id", "form": "C3", "scope": "domestic"}
TEXT = {"title": "Dasar", "minutes": 30, "required": True, "kind": "text", "body": "# Dasar\n\nIsi."}
LINK = {"title": "Tautan", "minutes": 5, "required": False, "kind": "link", "url": "https://anri.go.id/"}
FILE = {"title": "Lembar", "minutes": 5, "required": False, "kind": "file"}
POST = {"code": "POST", "role": "post", "must_pass": True, "minimum": 7000}


class Author:
    """A trainer who writes one course, and always knows its newest ETag."""

    def __init__(self, city: City, course: str) -> None:
        self.city = city
        self.course = course

    def put(self, path: str, body: object = None, **rest: Any) -> TestResponse:
        return self.ask("PUT", path, json=body, **rest)

    def ask(self, method: str, path: str, **rest: Any) -> TestResponse:
        seen = {"If-Match": self.city.etag(self.course), **rest.pop("headers", {})}
        return self.city.ask(method, f"/courses/{self.course}{path}", "trainer", headers=seen, **rest)

    def add(self, code: str, lesson: dict[str, Any]) -> str:
        added = self.city.ask("POST", f"/courses/{self.course}/draft/lessons", "trainer", json={"code": code, **lesson})
        assert added.status_code == 201, added.text
        return str(added.get_json()["id"])

    def draft(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.city.get(f"/courses/{self.course}/draft", "trainer").get_json()
        return shown

    def problems(self) -> dict[str, Any]:
        listed = self.city.get(f"/courses/{self.course}/draft/problems", "trainer").get_json()["problems"]
        return {one["type"].removeprefix("/problems/"): one["parameters"] for one in listed}


def programme_in(city: City, code: str = "ARSIP") -> str:
    made = city.ask("POST", "/programmes", "trainer", json={"code": code, "title": "Kearsipan"})
    assert made.status_code == 201, made.text
    return str(made.get_json()["id"])


def author_in(city: City) -> Author:
    """Let the trainer of a city begin a course."""
    said = {"code": "ARD", "title": "Arsip Digital", "form": "C3", "programme": programme_in(city)}
    made = city.ask("POST", "/courses", "trainer", json=said)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/api/catalogue/courses/{made.get_json()['id']}"
    return Author(city, made.get_json()["id"])


def complete(author: Author) -> list[str]:
    lessons = [author.add("L1", TEXT), author.add("L2", LINK)]
    author.put("/draft/outcomes", {"outcomes": [{"competency": "PP", "level": 3}]})
    author.put("/draft/completion-rule", {"lessons": lessons[:1], "assessments": [POST]})
    return lessons
