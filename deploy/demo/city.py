"""Loads a city's real input through the public interfaces; a second time changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.demo.bundle import course_bundle
from deploy.demo.origin import Visitor

Say = Callable[[str], None]
YEAR = 2026
BANKS = {".gift": ("gift-imports", "text/plain"), ".xml": ("moodle-xml-imports", "application/xml")}
"""How a file of questions is imported, by its ending: the collection and the content type."""

CSV = {"Content-Type": "text/csv"}


@dataclass(frozen=True)
class Loaded:
    """Where the loaded course stands: its id, the class to enrol in, and the right options by question."""

    course: str
    class_: str
    key: Mapping[str, int]


def load_city(folder: Path, machine: Visitor, say: Say) -> Loaded:
    """Import roster, framework and job standards of a folder, and the course that lies with them."""
    roster = machine.post("identity/roster-imports", content=(folder / "roster.csv").read_bytes(), headers=CSV)
    say(f"roster: {roster['people']['created']} people new, {roster['people']['unchanged']} as before")
    framework = machine.post(
        "evaluation/frameworks",
        content=(folder / "framework.csv").read_bytes(),
        params={"valid_from": f"{YEAR}-01-01"},
        headers=CSV,
    )
    say(f"framework: {len(framework['competencies'])} competencies, version {framework['version']}")
    standards = machine.post(
        "evaluation/job-standards",
        content=(folder / "job-standards.csv").read_bytes(),
        params={"valid_from": f"{YEAR}-01-01"},
        headers=CSV,
    )
    say(f"job standards: {len(standards['items'])} jobs")
    return load_course(folder, machine, say)


def load_course(folder: Path, machine: Visitor, say: Say) -> Loaded:
    """Import the questions and the course of a folder, publish them, and plan a class that anybody can join."""
    key = _load_assessments(folder, machine, say)
    code, course = _publish_course(folder, machine, say)
    return Loaded(course, _class_of(machine, f"{code}-{YEAR}", course), key)


def _load_assessments(folder: Path, machine: Visitor, say: Say) -> dict[str, int]:
    """Make banks and assessments from the folder's list and publish them; give the right options by question."""
    banks = {one["code"]: one["id"] for one in machine.all_of("assessment/banks")}
    made = {one["code"]: one["id"] for one in machine.all_of("assessment/assessments")}
    key: dict[str, int] = {}
    for wanted in yaml.safe_load((folder / "assessments.yaml").read_text())["assessments"]:
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
        key |= {one["id"]: one["correct"] for one in machine.all_of(f"assessment/banks/{banks[code]}/questions")}
        say(f"assessment {code}: {taken['added']} questions new, version {version['version']}")
    return key


def _publish_course(folder: Path, machine: Visitor, say: Say) -> tuple[str, str]:
    zipped = ("course.zip", course_bundle(folder / "course"), "application/zip")
    course: str = machine.post("catalogue/course-imports", files={"file": zipped})["course"]
    place = f"catalogue/courses/{course}"
    answer = machine.put(f"{place}/publication", headers={"If-Match": machine.tag_of(place)})
    say(f"course {answer['code']}: version {answer['version']}")
    return answer["code"], course


def _class_of(machine: Visitor, code: str, course: str) -> str:
    planned = {one["code"]: one["id"] for one in machine.all_of("enrolment/classes")}
    if code not in planned:
        wanted: dict[str, Any] = {"code": code, "course": course, "kind": "self_paced"}
        planned[code] = machine.post("enrolment/classes", json=wanted)["id"]
    class_: str = planned[code]
    return class_
