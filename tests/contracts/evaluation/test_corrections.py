"""What takes evidence back: annulled attempts, revoked completions, erased people; whatever comes first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from services.evaluation.model.tables import (
    AnnouncedLevel,
    AssessmentResult,
    Dispute,
    EvidenceLine,
    HoursEntry,
    Profile,
    Tombstone,
    Withdrawal,
)
from shared.database import Database
from shared.events import Event
from shared.events.evaluation import CompetencyLevelChanged
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import TODAY, Study, assigned, did, erased, post, rated, scored, withdrawn
from tests.api.evaluation.stories import told


@pytest.fixture(scope="module")
def database(evaluation_file: Path) -> Iterator[Database]:
    path = evaluation_file.with_name("corrections.sqlite")
    path.write_bytes(evaluation_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def kept_both_ways(database: Database, facts: list[Event]) -> set[str]:
    """Let facts come in their order and the other way round; every order is tried in `tests/contracts`."""
    kept = set()
    for order in (facts, facts[::-1]):
        with database.session() as session:
            kept.add(told(session, [[event] for event in order]))
    return kept


def test_an_annulled_attempt_counts_in_no_revision_whatever_comes_first(database: Database) -> None:
    study, attempt = Study(new_id()), new_id()
    facts: list[Event] = [
        study.graded("post", 20, attempt=attempt, competencies=["PP", "KS"]),
        study.graded("post", 19, attempt=attempt, revision=2),
        study.annulled(attempt),
    ]
    assert len(kept_both_ways(database, facts)) == 1
    with database.session() as session:
        told(session, [facts])
        line, profile = session.scalars(select(EvidenceLine)).one(), session.scalars(select(Profile)).one()
        assert (line.revision, line.withdrawn_for, profile.level) == (2, "irregularity", None)


def test_an_annulled_post_test_lets_the_pre_test_count_again_and_the_level_is_said(city: City) -> None:
    study, attempt = city.study(city.person()), new_id()
    city.hear(study.graded("pre", 12), study.graded("post", 20, attempt=attempt))
    annulled = study.annulled(attempt)
    city.hear(annulled)
    lines = city.learner(study.person).get("/me/evidence").json["items"]
    assert {one["role"]: one["standing"] for one in lines} == {"pre": "counts", "post": "withdrawn"}
    said = city.said(CompetencyLevelChanged)
    assert [(one.from_, one.to) for one in said] == [(None, 3), (3, 2)]
    assert said[-1].cause == annulled.id
    dispute = {"competency": "PP", "text": "Saya tidak curang."}
    refused = city.learner(study.person).post(f"/evidence/{attempt}/disputes", dispute)
    assert refused.json["type"] == "/problems/evidence-is-withdrawn"


def test_a_revoked_completion_leaves_until_one_with_a_higher_revision_comes(database: Database) -> None:
    study = Study(new_id())
    facts: list[Event] = [study.completed(minutes={TODAY: 90}), study.revoked()]
    again = study.completed(minutes={TODAY: 60}, revision=2)
    assert len(kept_both_ways(database, [*facts, again])) == 1
    with database.session() as session:
        told(session, [facts])
        assert session.scalars(select(HoursEntry)).all() == []
        assert session.scalars(select(EvidenceLine.revoked_by)).all() == [facts[1].id]
        assert session.scalars(select(Profile.pieces)).all() == [0]
        told(session, [[again]])
        session.expire_all()
        assert session.scalars(select(HoursEntry.counted)).all() == [60]
        assert session.scalars(select(Profile.pieces)).all() == [1]


def test_a_completion_revoked_twice_stays_revoked_and_the_person_reads_so(city: City) -> None:
    study = city.study(city.person())
    city.hear(study.completed(), study.revoked(), study.completed(revision=2), study.revoked(revision=2))
    (line,) = city.learner(study.person).get("/me/evidence").json["items"]
    assert (line["kind"], line["standing"]) == ("completion", "revoked")
    assert city.learner(study.person).get("/me/learning-hours").json["entries"] == []


def test_a_withdrawn_activity_counts_no_hours_whatever_comes_first(database: Database) -> None:
    tenant, person = new_id(), new_id()
    seminar, other = did(tenant, person, "B6", {TODAY: 180}), did(tenant, person, "B6", {TODAY: 200})
    facts: list[Event] = [seminar, other, withdrawn(tenant, person, seminar.piece, None)]
    assert len(kept_both_ways(database, facts)) == 1
    with database.session() as session:
        told(session, [facts])
        entry = session.scalars(select(HoursEntry)).one()
        assert (entry.piece, entry.counted, entry.cut) == (other.piece, 180, 0)


def test_a_score_is_a_line_of_its_own_source(city: City) -> None:
    person = city.person()
    city.hear(scored(city.id, person, 3.4))
    (line,) = city.learner(person).get("/me/evidence").json["items"]
    assert line["weights"] == [-4.590164, -1.47541, 0.0, -0.163934, -1.967213]
    assert (line["kind"], line["score"], line["sem"], line["level"]) == ("score", 3.4, 0.6, None)
    (competency,) = city.learner(person).get("/me/profile").json["competencies"]
    assert competency["level"] == 3


def test_nothing_said_of_somebody_who_is_erased_comes_back(database: Database) -> None:
    study = Study(new_id())
    tenant, person = study.tenant, study.person
    rating = rated(tenant, person, 4)
    facts: list[Event] = [
        assigned(tenant, person, post(new_id())),
        study.graded("post", 20),
        study.completed(),
        study.revoked(),
        rating,
        withdrawn(tenant, person, rating.piece),
        did(tenant, person, "B6", {TODAY: 180}),
    ]
    gone = erased(tenant, person)
    kept = set()
    for place in (0, 4, len(facts)):
        with database.session() as session:
            kept.add(told(session, [[event] for event in (*facts[:place], gone, *facts[place:])]))
            for table in (EvidenceLine, Profile, HoursEntry, Tombstone, AnnouncedLevel):
                assert session.scalars(select(table)).all() == []
    assert len(kept) == 1


def test_what_was_recorded_of_somebody_who_is_erased_is_deleted_and_the_course_still_counts_them(city: City) -> None:
    study = city.trained()
    framework = "kode_kompetensi,nama\nPP,Pelayanan Publik\n"
    city.analyst.send("/frameworks?valid_from=2026-01-01", framework)
    header = "person,kode_kompetensi,tingkat,peran,tanggal\n"
    city.analyst.send("/assessment-results", f"{header}{study.person},PP,3,peer,2026-10-05\n")
    city.hear_itself()
    line = city.learner(study.person).get("/me/evidence").json["items"][0]
    city.learner(study.person).post(
        f"/evidence/{line['piece']}/disputes", {"competency": "PP", "text": "Nama saya ..."}
    )
    city.analyst.put(f"/evidence/{study.enrolment}/withdrawal", {"reason": "unreliable"})
    before = city.analyst.get(f"/courses/{study.course}/figures").json["enrolled"]
    city.hear(erased(city.id, study.person))
    with city.database.reading() as session:
        for table in (AssessmentResult, Dispute, Withdrawal, AnnouncedLevel):
            assert session.scalars(select(table).where(table.person == study.person)).all() == []
    assert city.said(CompetencyLevelChanged)[-1].to is not None
    assert city.analyst.get(f"/courses/{study.course}/figures").json["enrolled"] == before
    assert city.analyst.get(f"/people/{study.person}/profile").json["type"] == "/problems/person-not-found"
