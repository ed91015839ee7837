"""Loads a place's real input through the public interfaces; a second time changes nothing."""

import csv
import io
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from deploy.demo.bundle import course_bundle
from deploy.demo.origin import PATIENCE, Refused, Visitor
from deploy.demo.places import rows_in
from deploy.demo.workbook import workbook

Say = Callable[[str], None]
YEAR = 2026
VALID_FROM = {"valid_from": "2025-01-01"}
BANKS = {".gift": ("gift-imports", "text/plain"), ".xml": ("moodle-xml-imports", "application/xml")}
"""How a file of questions is imported, by its ending: the collection and the content type."""

CSV = {"Content-Type": "text/csv"}
XLSX = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True)
class Question:
    """What the author of a single-choice question knows of it: the right option, and what it measures."""

    right: int
    competency: str
    level: int
    options: int


@dataclass(frozen=True)
class Loaded:
    """Where a loaded course stands: its code and id, the class to enrol in, and its questions by their ids."""

    code: str
    course: str
    class_: str
    questions: Mapping[str, Question]

    @cached_property
    def key(self) -> Mapping[str, int]:
        """The right options by question."""
        return {one: question.right for one, question in self.questions.items()}


def load_city(folder: Path, machine: Visitor, say: Say) -> Loaded:
    """Import roster, framework and job standards of a folder, and the course that lies with them."""
    load_people(folder, machine, say)
    return load_course(folder, machine, say)


def load_people(folder: Path, machine: Visitor, say: Say, *, form: str = "csv") -> None:
    """Import the roster of a folder in a form, its framework and its job standards."""
    content, headers = (folder / "roster.csv").read_bytes(), CSV
    if form == "xlsx":
        rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
        content, headers = workbook(rows), XLSX
    roster = machine.post("identity/roster-imports", content=content, headers=headers)
    say(f"roster: {roster['people']['created']} people new, {roster['people']['unchanged']} as before")
    load_framework(folder, machine, say)
    standards = machine.post(
        "evaluation/job-standards",
        content=(folder / "job-standards.csv").read_bytes(),
        params=VALID_FROM,
        headers=CSV,
    )
    say(f"job standards: {len(standards['items'])} jobs")


def load_framework(folder: Path, machine: Visitor, say: Say) -> None:
    """Publish the competency framework of a folder."""
    content = (folder / "framework.csv").read_bytes()
    framework = machine.post("evaluation/frameworks", content=content, params=VALID_FROM, headers=CSV)
    say(f"framework: {len(framework['competencies'])} competencies, version {framework['version']}")


def load_results(folder: Path, machine: Visitor, say: Say) -> None:
    """Record what an assessment centre found, once the people named have arrived where results are kept."""
    rows = rows_in(folder / "assessment-results.csv")
    ids = ids_of([row["nip"] for row in rows], machine)
    content = _csv_of([{"person": ids[row.pop("nip")], **row} for row in rows])
    give_up = time.monotonic() + PATIENCE
    while True:
        answer = machine.ask("POST", "evaluation/assessment-results", content=content, headers=CSV)
        if answer.is_success:
            say(f"assessment centre: {answer.json()['recorded']} results new, {answer.json()['known']} as before")
            return
        if "person_not_yet_known" not in answer.text or time.monotonic() > give_up:
            raise Refused(f"POST evaluation/assessment-results: {answer.status_code} {answer.text[:500]}")
        time.sleep(0.2)


def load_course(folder: Path, machine: Visitor, say: Say, *, trainers: Sequence[str] = ()) -> Loaded:
    """Import the questions and the course of a folder, publish them, and plan a class that anybody can join."""
    loaded = publish_course(folder, machine, say, trainers=trainers)
    return replace(loaded, class_=plan_class(machine, loaded.code, loaded.course))


def publish_course(folder: Path, machine: Visitor, say: Say, *, trainers: Sequence[str] = ()) -> Loaded:
    """Import the questions and the course of a folder, and publish them; others may plan classes in it."""
    questions = _load_assessments(folder, machine, say)
    code, course = _publish_course(folder, machine, say, trainers)
    return Loaded(code, course, "", questions)


def plan_class(machine: Visitor, code: str, course: str) -> str:
    """Plan a self-paced class in a course, unless there is one; give its id."""
    code = f"{code}-{YEAR}"
    planned = {one["code"]: one["id"] for one in machine.all_of("enrolment/classes")}
    if code not in planned:
        wanted: dict[str, Any] = {"code": code, "course": course, "kind": "self_paced"}
        planned[code] = machine.post("enrolment/classes", json=wanted)["id"]
    class_: str = planned[code]
    return class_


def ids_of(nips: Iterable[str], machine: Visitor) -> dict[str, str]:
    """Give the ids of people by their NIPs."""
    asked = sorted(set(nips))
    found: dict[str, str] = machine.post("identity/people/nip-lookups", json={"nips": asked})["ids"]
    return found


def _csv_of(rows: Sequence[Mapping[str, str]]) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def _load_assessments(folder: Path, machine: Visitor, say: Say) -> dict[str, Question]:
    """Make banks and assessments from the folder's list and publish them; give the questions by their ids."""
    banks = {one["code"]: one["id"] for one in machine.all_of("assessment/banks")}
    made = {one["code"]: one["id"] for one in machine.all_of("assessment/assessments")}
    questions: dict[str, Question] = {}
    for wanted in yaml.safe_load((folder / "assessments.yaml").read_text(encoding="utf-8"))["assessments"]:
        code = wanted["code"]
        if code not in banks:
            banks[code] = machine.post("assessment/banks", json={"code": code, "title": wanted["title"]})["id"]
        file = folder / wanted["bank"]
        way, kind = BANKS[file.suffix]
        place = f"assessment/banks/{banks[code]}/{way}"
        taken = machine.post(place, content=file.read_bytes(), headers={"Content-Type": kind})
        if code not in made:
            assessment = {name: wanted[name] for name in ("code", "title", "role")}
            drawn = {"bank": banks[code], "draw": wanted["questions"], "attempts_allowed": wanted["attempts"]}
            made[code] = machine.post("assessment/assessments", json=assessment | drawn)["id"]
        version = machine.put(f"assessment/assessments/{made[code]}/publication")
        for one in machine.all_of(f"assessment/banks/{banks[code]}/questions"):
            questions[one["id"]] = Question(one["correct"], one["competency"], one["level"], len(one["options"]))
        say(f"assessment {code}: {taken['added']} questions new, version {version['version']}")
    return questions


def _publish_course(folder: Path, machine: Visitor, say: Say, trainers: Sequence[str]) -> tuple[str, str]:
    zipped = ("course.zip", course_bundle(folder / "course"), "application/zip")
    named = {"trainers": list(trainers)} if trainers else {}
    course: str = machine.post("catalogue/course-imports", files={"file": zipped}, params=named)["course"]
    place = f"catalogue/courses/{course}"
    answer = machine.put(f"{place}/publication", headers={"If-Match": machine.tag_of(place)})
    say(f"course {answer['code']}: version {answer['version']}")
    return answer["code"], course
