"""A learner who takes the course over HTTP: pre-test, lessons, post-test."""

import random
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.city import Loaded
from deploy.demo.origin import Visitor


@dataclass
class Learner:
    """Somebody signed in, with the chance of a right answer before and after learning, and a source of luck."""

    visitor: Visitor
    before: float
    after: float
    luck: random.Random = field(default_factory=random.Random)

    def take_course(self, loaded: Loaded) -> dict[str, Any]:
        """Enrol, sit the pre-test, view every lesson, and sit the post-test until it is passed; give the enrolment."""
        enrolment = self.visitor.post(f"enrolment/classes/{loaded.class_}/enrolments", json={})
        tests = {one["role"]: one for one in enrolment["assessments"]}
        self._sit(enrolment, tests["pre"], loaded, self.before)
        for lesson in enrolment["lessons"]:
            self.visitor.get(
                f"catalogue/courses/{loaded.course}/versions/{enrolment['version']}/lessons/{lesson['id']}"
            )
            self.visitor.put(f"enrolment/enrolments/{enrolment['id']}/lessons/{lesson['id']}")
        post = tests["post"]
        result = self._sit(enrolment, post, loaded, self.after)
        while result["score"] < post["minimum"] and result["attempts_left"]:
            result = self._sit(enrolment, post, loaded, min(1.0, self.after + 0.15))
        return dict(enrolment)

    def _sit(self, enrolment: dict[str, Any], test: dict[str, Any], loaded: Loaded, chance: float) -> dict[str, Any]:
        path = f"assessment/enrolments/{enrolment['id']}/attempts"
        attempt = self.visitor.post(path, json={"assessment": test["id"]})
        answers = [
            {"question": asked["id"], "option": self._choice(asked, loaded, chance), "sequence": number}
            for number, asked in enumerate(attempt["questions"], start=1)
        ]
        self.visitor.put(f"assessment/attempts/{attempt['id']}/answers", json={"answers": answers})
        result: dict[str, Any] = self.visitor.put(f"assessment/attempts/{attempt['id']}/hand-in")
        return result | {"attempts_left": attempt["number"] < 3}

    def _choice(self, asked: dict[str, Any], loaded: Loaded, chance: float) -> int:
        right = loaded.key[asked["id"]]
        others = [option["id"] for option in asked["options"] if option["id"] != right]
        return right if self.luck.random() < chance else self.luck.choice(others)
