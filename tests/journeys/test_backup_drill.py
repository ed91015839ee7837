"""The drill: a suite is backed up while it runs, lost with everything but its register of erasures, and restored.

What was said after the backup is lost with the databases that said it; an erasure is not, because its register stands
elsewhere.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.background import ROOT, CannotStart
from deploy.demo.origin import Visitor
from deploy.kafka.broker import Broker
from services.catalogue.archive import pack
from services.embedded import SERVICES
from shared.ids import new_id
from tests import backing
from tests.backing import scratch_folder
from tests.journeys.insiders import LEAFLET_COURSE, PDF
from tests.journeys.stage import City, city_on, command_said, eventually, flow_at_rest
from tests.journeys.suites import Suite, deployed, embedded, migrate

pytestmark = pytest.mark.timeout(900)

STAYING = 4
"""With the one who is erased these are the five from whom on a figure is shown."""

FOLDING = [service.name for service in SERVICES if service.projections()]


@dataclass
class Ground:
    """A suite that may be lost: `lose` leaves nothing of it but what stands outside, in `apart`."""

    suite: Suite
    apart: Path
    lose: Callable[[], None]
    owner: dict[str, str]

    def backed_up(self, name: str) -> str:
        """Back up into a folder; give what was said."""
        ended = self.run("backup", str(self.apart / name))
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def restored(self, name: str, *options: str) -> str:
        """Restore from a folder; give what was said."""
        ended = self.restore(name, *options)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def restore(self, name: str, *options: str) -> "subprocess.CompletedProcess[str]":
        return self.run("restore", str(self.apart / name), *options)

    def run(self, what: str, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", f"deploy.{what}", *words],
            cwd=ROOT,
            env={**self.suite.settings, **self.owner},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )


@dataclass(frozen=True)
class Seen:
    """What is seen of the course, and what each learner sees of themselves."""

    figures: dict[str, Any]
    rows: list[dict[str, Any]]
    learners: list[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]]


@dataclass
class Drill:
    """What was seen on the way: at the backup, once somebody was erased, and after the restore."""

    ground: Ground
    city: City
    staying: Sequence[Visitor]
    erased: str
    at_backup: Seen
    when_erased: Seen
    leaflet: str
    said: str

    @property
    def suite(self) -> Suite:
        return self.ground.suite


@pytest.fixture(scope="module", params=["embedded", "deployed"])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    with ExitStack() as stack:
        base = scratch_folder()
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        made = _embedded(base) if request.param == "embedded" else _deployed(base, request, stack)
        stack.callback(made.suite.front.close)
        stack.callback(made.suite.kill)
        yield made


@pytest.fixture(scope="module")
def drill(ground: Ground) -> Drill:
    """Five learn; a backup is made; one of them is erased, others learn on; all is lost, and the backup restored."""
    suite = ground.suite
    suite.start()
    city = city_on(suite)
    staying = [city.newcomer() for _ in range(STAYING)]
    leaving = city.newcomer()
    for learner in (*staying, leaving):
        city.learn(learner)
    eventually(city.figures, lambda seen: seen["completed"] == STAYING + 1)
    _let_all_arrive(suite)
    at_backup, leaflet = _look(city, staying), _leaflet_in(city)
    ground.backed_up("quiet")
    erased = leaving.get("identity/me")["id"]
    city.machine.post(f"identity/people/{erased}/erasure", json={"person": erased, "reason": "asked_by_person"})
    eventually(lambda: _profile_of(city, erased), lambda status: status != 200)
    _let_all_arrive(suite)
    when_erased = _look(city, staying)
    late = [city.newcomer() for _ in range(2)]
    with ThreadPoolExecutor(len(late)) as hands:
        work = [hands.submit(city.learn, learner) for learner in late]
        ground.backed_up("busy")
        for one in work:
            one.result()
    suite.kill()
    ground.lose()
    said = ground.restored("quiet")
    suite.start()
    return Drill(ground, city, staying, erased, at_backup, when_erased, leaflet, said)


def test_a_restore_finds_every_projection_identical_to_the_log(drill: Drill) -> None:
    assert [line for line in drill.said.splitlines() if line.endswith(": identical")] == [
        f"{name}: identical" for name in FOLDING
    ]


def test_every_profile_and_figure_is_as_it_was_at_the_backup(drill: Drill) -> None:
    after = _look(drill.city, drill.staying)
    assert after.learners == drill.at_backup.learners
    assert after.rows == drill.at_backup.rows
    assert after.figures == drill.when_erased.figures
    for name in ("enrolled", "completed", "n"):
        assert after.figures[name] == drill.at_backup.figures[name] == STAYING + 1


def test_an_uploaded_file_is_back(drill: Drill) -> None:
    assert drill.city.machine.ask("GET", drill.leaflet).content == PDF


def test_who_was_erased_after_the_backup_is_still_erased(drill: Drill) -> None:
    assert "1 erasures in the register, 1 of them made again." in drill.said
    assert drill.city.machine.ask("GET", f"identity/people/{drill.erased}").status_code == 404
    assert _profile_of(drill.city, drill.erased) == 404


def test_the_next_learner_is_counted_once(drill: Drill) -> None:
    before = drill.city.figures()
    drill.city.learn(drill.city.newcomer())
    after = eventually(drill.city.figures, lambda seen: seen["completed"] > before["completed"])
    assert [after[name] - before[name] for name in ("enrolled", "completed", "n")] == [1, 1, 1]
    for service in FOLDING:
        assert command_said(drill.suite, service, "verify") == f"{service}: identical\n"


def test_a_restore_replaces_nothing_unless_told_and_then_all(drill: Drill) -> None:
    refused = drill.ground.restore("busy")
    assert refused.returncode == 1
    assert "end it first" in refused.stderr or "end every web, relay and consumer first" in refused.stderr
    drill.suite.kill()
    assert "--replace throws them away" in drill.ground.restore("busy").stderr
    if drill.ground.owner:
        assert "holds events on wiyata.assessment" in drill.ground.restore("busy", "--replace").stderr
        drill.ground.lose()
    said = drill.ground.restored("busy", "--replace")
    drill.suite.start()
    assert "1 erasures in the register, 0 of them made again." in said
    for name in FOLDING:
        assert f"{name}: identical" in said.splitlines()
    figures, rows = drill.city.figures(), drill.city.rows()
    assert STAYING + 1 <= figures["completed"] <= figures["enrolled"] <= STAYING + 3
    assert len(rows) == figures["enrolled"]


def test_a_backup_overwrites_nothing_and_leaves_nothing_unfinished(drill: Drill) -> None:
    refused = drill.ground.run("backup", str(drill.ground.apart / "quiet"))
    assert refused.returncode == 1
    assert refused.stderr.endswith("exists already: name a folder that does not.\n")
    assert not list(drill.ground.apart.glob("*.unfinished-*"))


def test_a_backup_that_is_not_whole_is_refused_before_anything_is_changed(drill: Drill) -> None:
    folder = shutil.copytree(drill.ground.apart / "quiet", drill.ground.apart / "damaged")
    name = next(iter(json.loads((folder / "manifest.json").read_text())["databases"].values()))["file"]
    with (folder / name).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"?")
    assert f"{name} is not what was backed up" in drill.ground.restore("damaged").stderr
    (folder / "manifest.json").unlink()
    assert "holds no manifest.json" in drill.ground.restore("damaged").stderr


def _embedded(base: Path) -> Ground:
    folder = base / "suite"
    folder.mkdir()
    suite = embedded(folder, erasure_register=base / "register.jsonl")

    def lose() -> None:
        shutil.rmtree(folder)

    return Ground(suite, base, lose, {})


def _deployed(base: Path, request: pytest.FixtureRequest, stack: ExitStack) -> Ground:
    """Give a suite with a broker of its own, which is lost with it; a new one takes its place and its address."""
    server = request.getfixturevalue("postgres_server")
    folder, prefix = base / "suite", f"drill_{new_id().hex[-8:]}_"
    folder.mkdir()
    broker = Broker.on_free_ports(base / "broker")
    try:
        broker.start()
    except CannotStart:
        backing.missing("Kafka", "a drill loses its broker, so it needs one of its own: install Java 17 and Maven.")
    stack.callback(broker.kill)
    stack.callback(server.drop_databases, prefix)
    server.create_databases(prefix)
    migrate(folder, server, prefix)
    suite = deployed(folder, server, prefix, broker.address, erasure_register=base / "register.jsonl")

    def lose() -> None:
        server.drop_databases(prefix)
        broker.kill()
        for lost in (folder, broker.folder):
            shutil.rmtree(lost)
        server.create_databases(prefix)
        broker.start()

    return Ground(suite, base, lose, {"WIYATA_DATABASE_OWNER": server.url("owner", prefix)})


def _let_all_arrive(suite: Suite) -> None:
    for service in SERVICES:
        flow_at_rest(suite, service.name)


def _profile_of(city: City, person: str) -> int:
    """Give the status with which evaluation answers for a person's profile."""
    return city.machine.ask("GET", f"evaluation/people/{person}/profile").status_code


def _look(city: City, learners: Sequence[Visitor]) -> Seen:
    return Seen(
        _lasting(city.figures()),
        sorted(city.rows(), key=lambda row: str(row["enrolment"])),
        [
            (
                one.get("evaluation/me/profile"),
                one.get("evaluation/me/learning-hours"),
                one.all_of("evaluation/me/evidence"),
            )
            for one in learners
        ],
    )


def _lasting(figures: dict[str, Any]) -> dict[str, Any]:
    """Leave out when the figures last changed: an erasure that is made again has another time."""
    return {name: value for name, value in figures.items() if name != "as_of"}


def _leaflet_in(city: City) -> str:
    """Publish a course whose lesson is a file; give where the file is fetched."""
    packed = pack({"course.yaml": LEAFLET_COURSE, "leaflet.pdf": PDF})
    course = city.machine.post("catalogue/course-imports", files={"file": ("course.zip", packed)})["course"]
    place = f"catalogue/courses/{course}"
    city.machine.put(f"{place}/publication", headers={"If-Match": city.machine.tag_of(place)})
    (lesson,) = city.machine.get(f"{place}/versions/1")["lessons"]
    material = city.machine.get(f"{place}/versions/1/lessons/{lesson['id']}")["material"]
    return f"{place}/versions/1/materials/{material['id']}"
