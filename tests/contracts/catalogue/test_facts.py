"""Facts of other services travel over a log into the catalogue, and a fold from the start gives the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from services.catalogue.app import service
from services.catalogue.model import Competency, KnownAssessment, KnownPerson, KnownTenant, Measure
from services.catalogue.queries import competencies_in_force, known_assessments
from shared.database import Database
from shared.events.assessment import AssessmentPublished
from shared.events.catalogue import Outcome
from shared.events.evaluation import Competency as Named
from shared.events.evaluation import DisplayClass, FrameworkPublished, ProgrammeMeasured
from shared.events.identity import PersonAssigned, PersonErased, TenantDefined
from shared.ids import NATIONAL, new_id
from shared.messaging import outbox
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.rebuild import verify
from shared.migrations import migrate
from shared.plumbing import PARTITIONS, service_metadata, tables
from shared.service import Service
from shared.testing import Running, Suite

CITY, OTHER, COURSE = new_id(), new_id(), new_id()
AS_OF = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture
def flow(tmp_path: Path) -> Iterator[Suite]:
    log = EmbeddedLog(tmp_path / "events.sqlite")
    catalogue = Running(service, Database(f"sqlite:///{tmp_path}/catalogue.sqlite"), log)
    migrate(service, catalogue.database)
    suite = Suite([catalogue, *(publisher(tmp_path, name, log) for name in ("identity", "assessment", "evaluation"))])
    yield suite
    suite.close()
    log.close()


def publisher(folder: Path, name: str, log: EmbeddedLog) -> Running:
    """A service that only speaks, under the name of the one whose events it says."""
    database = Database(f"sqlite:///{folder}/{name}.sqlite")
    speaking = Running(Service(name=name, metadata=service_metadata()), database, log)
    with database.writing() as session:
        speaking.service.metadata.create_all(session.connection())
        session.execute(tables.tables["partitions"].insert(), [{"number": number} for number in range(PARTITIONS)])
    return speaking


def measured(display: DisplayClass) -> ProgrammeMeasured:
    """What a city gained in a course, of which nothing but the number may be told."""
    return ProgrammeMeasured(
        tenant=CITY,
        course=COURSE,
        programme=new_id(),
        display=display,
        n=12,
        gain=None,
        low=None,
        high=None,
        g=None,
        as_of=AS_OF,
        rule_set="wiyata-2026-01",
    )


def test_facts_arrive_once_by_tenant_and_version_and_can_be_folded_again(flow: Suite) -> None:
    framework, assessment, person = new_id(), new_id(), new_id()
    for tenant, version, codes in ((CITY, 1, ("PP", "LAMA")), (CITY, 2, ("PP", "KOM")), (NATIONAL, 1, ("INT",))):
        with flow["evaluation"].database.writing() as session:
            published = FrameworkPublished(
                tenant=tenant,
                framework=framework,
                version=version,
                valid_from=date(2026, 1, version),
                competencies=tuple(Named(code=code, name=f"{code} {version}") for code in codes),
            )
            outbox.append(session, published)
    for version in (1, 2):
        with flow["assessment"].database.writing() as session:
            ready = AssessmentPublished(
                tenant=CITY,
                assessment=assessment,
                version=version,
                code="POST",
                role="post",
                competencies=(Outcome(competency="PP", level=3),),
                maximum=20,
            )
            outbox.append(session, ready)
    with flow["identity"].database.writing() as session:
        assigned = PersonAssigned(tenant=CITY, person=person, employment_type="PNS", contract_start=None, posts=())
        outbox.append(session, assigned, replace(assigned, id=new_id()))
        outbox.append(session, TenantDefined(tenant=CITY, kind="city", zone="Asia/Jayapura"))
        outbox.append(session, PersonErased(tenant=CITY, person=person))
    with flow["evaluation"].database.writing() as session:
        outbox.append(session, measured("count only"), measured("preliminary"))
    flow.settle()

    catalogue = flow["catalogue"]
    with catalogue.database.reading() as session:
        in_force = {day: competencies_in_force(session, CITY, date(2026, 1, day)) for day in (1, 2)}
        assert in_force[1] == {"INT": "INT 1", "PP": "PP 1", "LAMA": "LAMA 1"}
        assert in_force[2] == {"INT": "INT 1", "PP": "PP 2", "KOM": "KOM 2"}
        assert competencies_in_force(session, OTHER, date(2026, 1, 2)) == {"INT": "INT 1"}
        assert competencies_in_force(session, CITY, None) == {}
        known = known_assessments(session, CITY, ["POST"])["POST"]
        assert (known.assessment, known.version) == (assessment, 2)
        assert known.competencies == [{"competency": "PP", "level": 3}]
        assert known_assessments(session, OTHER, ["POST"]) == {}
        assert [(one.person, one.erased) for one in session.scalars(select(KnownPerson))] == [(person, True)]
        assert session.scalars(select(KnownTenant.zone)).all() == ["Asia/Jayapura"]
        assert [(one.display, one.as_of) for one in session.scalars(select(Measure))] == [("preliminary", AS_OF)]
        assert len(session.scalars(select(Competency)).all()) == 5
        assert len(session.scalars(select(KnownAssessment)).all()) == 1
    assert verify(service, catalogue.database, catalogue.log) == []
