"""An erasure across all services: of the person nothing stays but an id that leads nowhere, and figures stay right.

The real services, on SQLite and in the roles of PostgreSQL; this time identity is visited too.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.assessment.model import Answer, Attempt, Grade
from services.embedded import SERVICES
from services.enrolment.commands import work_off_jobs
from services.evaluation.model.tables import CourseFigure, LevelsGained
from services.identity.commands.organisation import define_tenant
from shared import clock
from shared.events import Event
from shared.events.assessment import AttemptGraded
from shared.events.enrolment import EnrolmentClosed, LearnerEnrolled, TrainingCompleted
from shared.events.evaluation import EvidenceRecorded
from shared.events.identity import PersonAssigned, PersonErased
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.rebuild import verify
from shared.plumbing import letters
from shared.plumbing import outbox as kept_events
from tests.api.identity.conftest import nip, roster, row
from tests.contracts.homes import Home, on_postgresql, on_sqlite
from tests.contracts.tenants import House, Learner, Provider, Tenant, housed

NAMES = ("Gita Terhapus", "Hana Menetap")
TEXTS = (
    nip(1),
    NAMES[0],
    "gita.terhapus@semarang.example",
    "Keberatan dari Gita",
    "Jawaban bagi Gita",
    "Seminar dari Gita",
    "Perbaikan bagi Gita",
    "Sertifikat dari Gita",
)
"""What stands in rows of the erased person alone: number, name, address, texts by and to them, and a file's content."""

STAYS = {
    "identity": {"aggregates", "audit", "erased_people", "outbox"},
    "catalogue": {"known_people"},
    "assessment": {"attempts", "enrolments", "erased_people", "outbox"},
    "enrolment": {"enrolments", "outbox", "people"},
    "evaluation": {"aggregates", "erased_people", "figure_rows", "outbox", "pieces"},
}
"""Where the id of an erased person may stand: as a tombstone, in what was said, and where figures are counted from."""


@dataclass
class Story:
    """A city of which one person was erased and another was not: `before` and `after` are the rows of the other."""

    house: House
    city: Tenant
    gone: UUID
    other: UUID
    finished: Provider
    begun: Provider
    waiting: str
    before: Counter[str]
    after: Counter[str]

    def figure(self, provider: Provider) -> CourseFigure:
        """Give the exact sums of a provider's course in the city."""
        with self.house.suite["evaluation"].database.reading() as session:
            of_course = (CourseFigure.tenant == self.city.id, CourseFigure.course == UUID(provider.course))
            return session.scalars(sa.select(CourseFigure).where(*of_course)).one()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("erasure")
    if request.param == "sqlite":
        with on_sqlite(folder) as home:
            yield from told(home, folder)
        return
    server = request.getfixturevalue("postgres_server")
    with on_postgresql(server, folder, "erasure_", SERVICES) as home:
        yield from told(home, folder)


def told(home: Home, folder: Path) -> Iterator[Story]:
    """Let two people do everything that leaves traces; then let one of them be erased."""
    with housed(home) as house:
        house.apps["identity"].extensions.update(sends_mails=True, erasure_register=folder / "erasures.jsonl")
        city = found_city(house)
        finished, begun = Provider.found(house), Provider.found(house)
        gone, other = register(city)
        class_ = plan(city, finished)
        complete(city, class_, finished, gone, other)
        begin(city, plan(city, begun), begun, gone, other)
        wait_in_a_list(city, waiting := plan(city, finished), gone, other)
        for person, name in ((gone, "Gita"), (other, "Hana")):
            be_assessed_and_disagree(city, person, name)
            record_activities(city, person, name)
            be_looked_at(city, person)
        before = rows_with(house, str(other))
        body = {"person": str(gone), "reason": "asked_by_person"}
        city.do("POST", f"identity/people/{gone}/erasure", "administrator", json=body)
        yield Story(house, city, gone, other, finished, begun, waiting, before, rows_with(house, str(other)))


def found_city(house: House) -> Tenant:
    """Found a city that identity knows too."""
    with house.suite["identity"].database.writing() as session:
        tenant, _ = define_tenant(session, kind="city", code="SMG", name="Semarang", zone="Asia/Jakarta")
    house.settle()
    city = Tenant(house, id=tenant.id)
    city.publish_framework("INT")
    return city


def register(city: Tenant) -> list[UUID]:
    """Register two people by a roster; give their ids."""
    addresses = [f"{name.lower().replace(' ', '.')}@semarang.example" for name in NAMES]
    rows = [row(nip(n), name, email=address) for n, (name, address) in enumerate(zip(NAMES, addresses, strict=True), 1)]
    content = {"data": roster(*rows), "content_type": "text/csv"}
    city.do("POST", "identity/roster-imports?complete=true", "administrator", **content)
    numbers = [nip(1), nip(2)]
    ids = city.do("POST", "identity/people/nip-lookups", "administrator", json={"nips": numbers})["ids"]
    city.do("POST", "identity/one-time-code-mails", "administrator", json={"people": list(ids.values())})
    return [UUID(ids[number]) for number in numbers]


def plan(city: Tenant, provider: Provider) -> str:
    """Plan a class in a provider's course, which is offered to the city."""
    provider.offer(city)
    wanted = {"code": f"A-{new_id()}", "course": provider.course, "kind": "self_paced"}
    return str(city.do("POST", "enrolment/classes", "administrator", json=wanted)["id"])


def enrolled(city: Tenant, class_: str, person: UUID) -> Learner:
    path = f"enrolment/classes/{class_}/enrolments"
    return Learner(city, person, city.do("POST", path, "learner", person=person, json={}))


def complete(city: Tenant, class_: str, provider: Provider, *people: UUID) -> None:
    """Let people complete a course, with a pair of marks."""
    for person in people:
        learner = enrolled(city, class_, person)
        learner.sit(provider.pre, right={"30"})
        learner.view_lessons()
        learner.sit(provider.post)
        assert learner.state == "completed"


def begin(city: Tenant, class_: str, provider: Provider, *people: UUID) -> None:
    """Let people learn a little and begin a test."""
    for person in people:
        learner = enrolled(city, class_, person)
        place, lesson = f"enrolment/enrolments/{learner.enrolment['id']}", learner.enrolment["lessons"][0]["id"]
        learner.do("PUT", f"{place}/lessons/{lesson}")
        path = f"assessment/enrolments/{learner.enrolment['id']}/attempts"
        attempt = learner.do("POST", path, json={"assessment": provider.post})
        question = attempt["questions"][0]
        answer = {"question": question["id"], "option": question["options"][0]["id"], "sequence": 1}
        learner.do("PUT", f"assessment/attempts/{attempt['id']}/answers", json={"answers": [answer]})


def wait_in_a_list(city: Tenant, class_: str, *people: UUID) -> None:
    """Send a list of people, of which nobody is enrolled before the timer is called."""
    content = {"data": "\n".join(map(str, people)), "content_type": "text/csv"}
    city.do("POST", f"enrolment/classes/{class_}/enrolment-jobs", "administrator", **content)


def today() -> str:
    return str(clock.local_day(clock.now(), "Asia/Jakarta"))


def be_assessed_and_disagree(city: Tenant, person: UUID, name: str) -> None:
    """Let an assessment centre find a level, the person disagree, and an analyst answer."""
    rows = f"person,kode_kompetensi,tingkat,peran,tanggal\n{person},INT,3,assessment_centre,{today()}\n"
    city.do("POST", "evaluation/assessment-results", "analyst", data=rows, content_type="text/csv")
    evidence = city.do("GET", "evaluation/me/evidence", "learner", person=person)["items"]
    for line, decision in zip(evidence, ("dismissed", "upheld", None), strict=False):
        said = {"competency": "INT", "text": f"Keberatan dari {name}"}
        path, again = f"evaluation/evidence/{line['piece']}/disputes", {"Idempotency-Key": str(new_id())}
        dispute = city.do("POST", path, "learner", person=person, json=said, headers=again)
        if decision:
            wanted = {"decision": decision, "answer": f"Jawaban bagi {name}"}
            city.do("PUT", f"evaluation/disputes/{dispute['id']}/decision", "analyst", json=wanted)


def record_activities(city: Tenant, person: UUID, name: str) -> None:
    """Let a person record two activities, of which one is verified and one returned, and upload a certificate more."""
    for decision in ("verification", "return", None):
        sent = {"data": f"%PDF-1.7 Sertifikat dari {name}, {decision}".encode(), "content_type": "application/pdf"}
        proof = city.do("POST", "evaluation/me/certificates", "learner", person=person, **sent)["id"]
        if decision is None:
            break
        said = {"form": "B6", "scope": "domestic", "title": f"Seminar dari {name}", "organiser": "LAN"}
        told = {**said, "days": [{"day": today()}], "certificate": proof}
        made = city.ask("POST", "evaluation/me/activities", "learner", person=person, json=told)
        path = f"evaluation/activities/{made.json['id']}/{decision}"
        body = {"reason": f"Perbaikan bagi {name}"}
        city.do("PUT", path, "analyst", json=body, headers={"If-Match": made.headers["ETag"]})


def be_looked_at(city: Tenant, person: UUID) -> None:
    """Let others look at a person's rows in every service that shows some."""
    city.do("GET", f"evaluation/people/{person}/profile", "analyst")
    city.do("GET", f"evaluation/people/{person}/learning-hours", "analyst")
    (study, *_) = city.do("GET", "enrolment/me/enrolments", "learner", person=person)["items"]
    city.do("GET", f"enrolment/enrolments/{study['id']}", "administrator")
    city.do("GET", f"assessment/enrolments/{study['id']}/attempts", "administrator")
    city.do("POST", "identity/people/lookups", "administrator", json={"ids": [str(person)]})


def rows_with(house: House, *words: str) -> Counter[str]:
    """Give every row of every service in which one of these words stands, as `service.table: row`."""
    found: Counter[str] = Counter()
    for running in house.suite.running:
        with running.database.reading() as session:
            for table in running.service.metadata.sorted_tables:
                for one in session.execute(sa.select(table)):
                    text = " ".join(_readable(value) for value in one)
                    if any(word in text for word in words):
                        found[f"{running.service.name}.{table.name}: {text}"] += 1
    return found


def _readable(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def places_of(house: House, *words: str) -> dict[str, set[str]]:
    """Name the tables of each service in which one of these words stands."""
    places: dict[str, set[str]] = {service.name: set() for service in SERVICES}
    for line in rows_with(house, *words):
        service, table = line.split(": ")[0].split(".")
        places[service].add(table)
    return places


def test_what_is_looked_for_stands_in_rows_of_whoever_is_not_erased(story: Story) -> None:
    others = [nip(2), NAMES[1], "hana.menetap@semarang.example"]
    others += [text.replace("Gita", "Hana") for text in TEXTS if " Gita" in text]

    assert all(rows_with(story.house, word) for word in others)


def test_no_row_of_any_service_holds_a_word_of_an_erased_person(story: Story) -> None:
    assert rows_with(story.house, *TEXTS) == Counter()


def test_the_id_of_an_erased_person_stands_where_it_leads_nowhere(story: Story) -> None:
    assert places_of(story.house, str(story.gone)) == STAYS


def test_what_was_answered_is_gone_and_that_a_test_was_taken_is_not(story: Story) -> None:
    kept = {}
    with story.house.suite["assessment"].database.reading() as session:
        for person in (story.gone, story.other):
            attempts = session.scalars(sa.select(Attempt.id).where(Attempt.person == person)).all()
            answers = session.scalars(sa.select(Answer).where(Answer.attempt_id.in_(attempts))).all()
            marks = session.scalars(sa.select(Grade.marks).where(Grade.attempt_id.in_(attempts))).all()
            kept[person] = (len(attempts), len(answers), [len(one) for one in marks])

    assert kept == {story.gone: (2, 0, [0, 0]), story.other: (3, 5, [3, 3])}


def test_nobody_is_found_under_the_id(story: Story) -> None:
    city, gone = story.city, story.gone
    for path in ("profile", "learning-hours", "evidence"):
        assert city.ask("GET", f"evaluation/people/{gone}/{path}", "analyst").problem == "/problems/person-not-found"
    assert city.do("POST", "identity/people/lookups", "analyst", json={"ids": [str(gone)]}) == {"people": []}
    assert city.do("GET", "evaluation/activities", "analyst")["items"] != []
    disputes = city.do("GET", "evaluation/disputes", "analyst")["items"]
    assert {one["person"] for one in disputes} == {str(story.other)}
    refused = city.ask("POST", f"enrolment/classes/{story.waiting}/enrolments", "learner", person=gone, json={})
    assert refused.problem == "/problems/person-not-found"


def test_what_was_open_is_closed_as_erased_and_figures_count_on(story: Story) -> None:
    (closed,) = story.city.said("enrolment", EnrolmentClosed)
    finished, begun = story.figure(story.finished), story.figure(story.begun)
    shown = story.city.do("GET", f"evaluation/courses/{story.finished.course}/figures", "analyst")

    assert (closed.person, closed.reason, str(closed.course)) == (story.gone, "erased", story.begun.course)
    assert (finished.completed, finished.pairs, finished.erased, shown["completed"]) == (2, 2, 0, 2)
    assert (begun.enrolled, begun.active, begun.erased) == (2, 1, 1)


def test_the_levels_that_an_erased_person_gained_left_the_figure(story: Story) -> None:
    with story.house.suite["evaluation"].database.reading() as session:
        assert session.scalars(sa.select(LevelsGained.person)).all() == [story.other]


def test_every_row_of_another_person_is_untouched(story: Story) -> None:
    assert story.before == story.after


def test_a_list_that_waits_enrols_the_others(story: Story) -> None:
    with story.house.suite["enrolment"].database.writing() as session:
        work_off_jobs(session)
    story.house.settle()
    (job,) = story.city.do("GET", "enrolment/enrolment-jobs", "administrator")["items"]
    enrolled = [one.person for one in story.city.said("enrolment", LearnerEnrolled) if str(one.class_) == story.waiting]

    assert job["state"] == "done"
    assert enrolled == [story.other]


def test_nothing_that_is_said_late_or_again_brings_an_erased_person_back(story: Story) -> None:
    before = [(one.counts, one.sums) for one in (story.figure(story.finished), story.figure(story.begun))]
    say_again(story)
    say_late(story)
    story.house.settle()

    assert rows_with(story.house, *TEXTS) == Counter()
    assert places_of(story.house, str(story.gone)) == STAYS
    assert [(one.counts, one.sums) for one in (story.figure(story.finished), story.figure(story.begun))] == before
    for running in story.house.suite.running:
        with running.database.reading() as session:
            assert session.scalars(sa.select(letters.c.reason)).all() == []


def say_again(story: Story) -> None:
    """Let every relay publish once more what was said of the person."""
    for running in story.house.suite.running:
        with running.database.writing() as session:
            of_person = kept_events.c.key == str(story.gone)
            session.execute(sa.update(kept_events).where(of_person).values(published_at=None))


def say_late(story: Story) -> None:
    """Say anew, as later facts, what was said of the person before the erasure."""
    city = story.city
    for service, kind in LATE:
        before = [one for one in city.said(service, kind) if getattr(one, "person", None) == story.gone]
        assert before, kind
        with story.house.suite[service].database.writing() as session:
            outbox.append(session, *(_anew(one) for one in before))


LATE: tuple[tuple[str, type[Event]], ...] = (
    ("identity", PersonAssigned),
    ("assessment", AttemptGraded),
    ("enrolment", LearnerEnrolled),
    ("enrolment", TrainingCompleted),
    ("evaluation", EvidenceRecorded),
)


def _anew(event: Event) -> Event:
    if isinstance(event, AttemptGraded | TrainingCompleted):
        return replace(event, id=new_id(), revision=event.revision + 1)
    return replace(event, id=new_id())


def test_the_erasure_is_said_once(story: Story) -> None:
    assert [one.person for one in story.city.said("identity", PersonErased)] == [story.gone]


def test_every_copy_and_figure_is_a_fold_of_what_was_said(story: Story) -> None:
    for running in story.house.suite.running:
        if running.service.projects:
            assert verify(running.service, running.database, running.log) == [], running.service.name
