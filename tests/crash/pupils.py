"""Pupils at work: each takes the course with the patience of somebody who presses the button again.

Whatever the suite acknowledged is remembered, so that it can be looked for at the end.
"""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from deploy.demo.city import Loaded
from deploy.demo.origin import Refused, Visitor
from tests.crash.people import Newcomer

PATIENCE = 180.0
"""How many seconds a request is sent again: longer than any fault lasts."""

ATTEMPTS = 3
Given = TypeVar("Given")


class Stopped(Exception):
    """The test is over; nobody waits any longer."""


@dataclass(frozen=True)
class Acknowledged:
    """What the suite has said yes to, by id, and how often it answered otherwise, by status."""

    enrolments: dict[str, str] = field(default_factory=dict)
    """The person of each."""
    marks: set[tuple[str, str]] = field(default_factory=set)
    """Enrolments and lessons."""
    answers: dict[tuple[str, str], int] = field(default_factory=dict)
    """The option chosen by attempt and question."""
    hand_ins: dict[str, int] = field(default_factory=dict)
    """The score of each attempt, in basis points."""
    completions: set[str] = field(default_factory=set)
    """Enrolments that met the rule."""
    refusals: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        return len(self.enrolments) + len(self.marks) + len(self.answers) + len(self.hand_ins)


@dataclass
class Pupil:
    """Somebody who signs in and takes the course of the city."""

    newcomer: Newcomer
    kept: Acknowledged
    luck: random.Random
    over: threading.Event

    def take_course(self) -> None:
        """Enrol, sit the pre-test, mark every lesson, and sit the post-test until it is passed."""
        loaded = self.newcomer.city.loaded
        self.visitor: Visitor = self._patiently(self.newcomer.sign_in)
        enrolment = self._send("POST", f"enrolment/classes/{loaded.class_}/enrolments", json={})
        self.kept.enrolments[enrolment["id"]] = self.newcomer.person
        tests = {one["role"]: one for one in enrolment["assessments"]}
        self._sit(enrolment["id"], tests["pre"]["id"], loaded, 0.3)
        for lesson in enrolment["lessons"]:
            self._send("PUT", f"enrolment/enrolments/{enrolment['id']}/lessons/{lesson['id']}")
            self.kept.marks.add((enrolment["id"], lesson["id"]))
        for _ in range(ATTEMPTS):
            if self._sit(enrolment["id"], tests["post"]["id"], loaded, 0.85) >= tests["post"]["minimum"]:
                self.kept.completions.add(enrolment["id"])
                break

    def _sit(self, enrolment: str, test: str, loaded: Loaded, chance: float) -> int:
        attempt = self._send("POST", f"assessment/enrolments/{enrolment}/attempts", json={"assessment": test})
        chosen = {asked["id"]: self._choice(asked, loaded, chance) for asked in attempt["questions"]}
        answers = [
            {"question": question, "option": option, "sequence": number}
            for number, (question, option) in enumerate(chosen.items(), start=1)
        ]
        self._send("PUT", f"assessment/attempts/{attempt['id']}/answers", json={"answers": answers})
        self.kept.answers.update({(attempt["id"], question): option for question, option in chosen.items()})
        result = self._send("PUT", f"assessment/attempts/{attempt['id']}/hand-in")
        self.kept.hand_ins[attempt["id"]] = result["score"]
        return int(result["score"])

    def _choice(self, asked: dict[str, Any], loaded: Loaded, chance: float) -> int:
        right = loaded.key[asked["id"]]
        others = [option["id"] for option in asked["options"] if option["id"] != right]
        return right if self.luck.random() < chance else self.luck.choice(others)

    def _send(self, method: str, path: str, **options: Any) -> Any:
        """Send until it is acknowledged; a POST goes under one key, however often it is sent."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        return self._patiently(lambda: self._asked(method, path, headers=headers, **options))

    def _asked(self, method: str, path: str, **options: Any) -> Any:
        answer = self.visitor.ask(method, path, **options)
        if answer.is_success:
            return answer.json() if answer.content else None
        self.kept.refusals[f"{answer.status_code} {_problem_of(answer)}".strip()] += 1
        if answer.status_code < 500 and "Retry-After" not in answer.headers:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:500]}")

    def _patiently(self, act: Callable[[], Given]) -> Given:
        """Try until it succeeds. Raises what went wrong last, or `Stopped`."""
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except (httpx.TransportError, Refused):
                if time.monotonic() > give_up:
                    raise
            if self.over.wait(0.2):
                raise Stopped


def _problem_of(answer: httpx.Response) -> str:
    if "json" not in answer.headers.get("Content-Type", ""):
        return ""
    return str(answer.json().get("type", "")).rpartition("/")[2]
