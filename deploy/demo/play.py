"""Plays past days: learners enrol, read and sit tests by the timetable, over the public interface, in order of time.

What was done stands in the suite itself: a step that is done already is left out, so that a play which was killed
goes on where it was.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.demo.ability import Mind
from deploy.demo.accounts import first_link
from deploy.demo.city import Loaded
from deploy.demo.keys import Keys
from deploy.demo.origin import Origin, Refused, Visitor
from deploy.demo.sign_in import Site
from deploy.demo.timetable import SEED, Step
from shared import clock


@dataclass
class Study:
    """An enrolment as its learner saw it first, the attempt under way, and the scores of those before."""

    enrolment: dict[str, Any]
    sheet: dict[str, Any] | None = None
    scores: dict[str, list[int]] = field(default_factory=dict)

    def test(self, role: str) -> dict[str, Any]:
        """Give the pinned assessment of a role."""
        return next(one for one in self.enrolment["assessments"] if one["role"] == role)

    def needs(self, step: Step) -> bool:
        """Tell whether the test of a step is still to be sat: no such try is over, and the post-test is not passed."""
        role = role_of(step)
        scores = self.scores.get(role, [])
        return len(scores) < step.number and (role == "pre" or max(scores, default=-1) < self.test(role)["minimum"])

    def note(self, role: str, score: int) -> None:
        """Note what an attempt scored."""
        self.scores.setdefault(role, []).append(score)


def role_of(step: Step) -> str:
    """Give the role of the test that a step begins or ends."""
    return step.deed.rpartition(" ")[2]


@dataclass
class Play:
    """The play of one city: people by NIP, courses and their numbers of lessons by code, and who has an account."""

    origin: Origin
    keys: Keys
    people: Mapping[str, str]
    courses: Mapping[str, Loaded]
    lessons: Mapping[str, int]
    with_account: set[str]

    def __post_init__(self) -> None:
        self._site = Site(self.origin, self.keys.site, self.keys.returns_to)
        self._office = self.origin.machine(self.keys.machine, self.keys.secret)
        self._now = clock.now()
        self._visitors: dict[str, Visitor] = {}
        self._minds: dict[str, Mind] = {}
        self._studies: dict[tuple[str, str], Study] = {}

    def now(self) -> datetime:
        """Give the moment that is played: the clock of this process while it plays."""
        return self._now

    def remember(self, steps: list[Step]) -> None:
        """Let people know what they learnt on a day that was played before."""
        for step in steps:
            if step.deed == "lesson":
                self._learn(step)

    def play_day(self, steps: list[Step]) -> None:
        """Do the steps of a day. People sign in anew each day."""
        self._visitors.clear()
        with clock.telling(self.now):
            for step in steps:
                self._now = step.at
                self._do(step)

    def _do(self, step: Step) -> None:
        course = self.courses[step.course]
        if step.deed == "enrol":
            self._enrol(step, course)
        else:
            visitor = self._visitor(step.learner)
            self._go_on(step, self._study(step, visitor, course), visitor, course)

    def _go_on(self, step: Step, study: Study, visitor: Visitor, course: Loaded) -> None:
        match step.deed:
            case "lesson":
                self._learn(step)
                self._mark(step, study, visitor)
            case "begin pre" | "begin post":
                self._begin(step, study, visitor)
            case "end pre" | "end post":
                self._end(step, study, visitor, course)
            case "withdraw":
                visitor.put(f"enrolment/enrolments/{study.enrolment['id']}/withdrawal")

    def _enrol(self, step: Step, course: Loaded) -> None:
        """Let the training office enrol somebody, as its machine; whoever is enrolled already stays so."""
        wanted = {"person": self.people[step.learner]}
        try:
            enrolment = self._office.post(f"enrolment/classes/{course.class_}/enrolments", json=wanted)
        except Refused as refusal:
            if "already-enrolled" not in str(refusal):
                raise
        else:
            self._studies[step.learner, step.course] = Study(enrolment)

    def _study(self, step: Step, visitor: Visitor, course: Loaded) -> Study:
        """Give the learner's enrolment in a course, as it stands in the suite where it is not from this play."""
        key = (step.learner, step.course)
        if key not in self._studies:
            mine = visitor.all_of("enrolment/me/enrolments")
            study = Study(next(one for one in mine if one["class"] == course.class_))
            before = visitor.ask("GET", f"assessment/enrolments/{study.enrolment['id']}/attempts")
            for attempt in before.json()["items"] if before.is_success else ():
                if attempt["score"] is not None:
                    study.note(attempt["role"], attempt["score"])
            self._studies[key] = study
        return self._studies[key]

    def _learn(self, step: Step) -> None:
        taught = {one.competency for one in self.courses[step.course].questions.values()}
        self._mind(step.learner).learn(taught, share=1 / self.lessons[step.course])

    def _mark(self, step: Step, study: Study, visitor: Visitor) -> None:
        lesson = study.enrolment["lessons"][step.number]
        if lesson["marked_at"] is None:
            visitor.put(f"enrolment/enrolments/{study.enrolment['id']}/lessons/{lesson['id']}")

    def _begin(self, step: Step, study: Study, visitor: Visitor) -> None:
        study.sheet = None
        if study.needs(step):
            wanted = {"assessment": study.test(role_of(step))["id"]}
            study.sheet = visitor.post(f"assessment/enrolments/{study.enrolment['id']}/attempts", json=wanted)

    def _end(self, step: Step, study: Study, visitor: Visitor, course: Loaded) -> None:
        if study.sheet is None:
            self._begin(step, study, visitor)  # Where the play was killed between the two steps.
        if study.sheet is None:
            return
        mind, attempt = self._mind(step.learner), study.sheet["id"]
        answers = [
            {
                "question": asked["id"],
                "option": mind.answer(course.questions[asked["id"]], [one["id"] for one in asked["options"]]),
                "sequence": number,
            }
            for number, asked in enumerate(study.sheet["questions"], start=1)
        ]
        visitor.put(f"assessment/attempts/{attempt}/answers", json={"answers": answers})
        study.note(role_of(step), visitor.put(f"assessment/attempts/{attempt}/hand-in")["score"])
        study.sheet = None

    def _mind(self, learner: str) -> Mind:
        if learner not in self._minds:
            self._minds[learner] = Mind(f"{SEED}/{learner}")
        return self._minds[learner]

    def _visitor(self, learner: str) -> Visitor:
        """Sign somebody in; who has no password that is known here sets one by a one-time link."""
        if learner not in self._visitors:
            self._visitors[learner] = self._signed_in(learner)
        return self._visitors[learner]

    def _signed_in(self, learner: str) -> Visitor:
        password = self.keys.password_of(learner)
        if learner in self.with_account:
            with suppress(Refused):
                return self._site.sign_in(learner, password)
        self.with_account.add(learner)
        return self._site.first_sign_in(first_link(self._office, self.people[learner]), password)
