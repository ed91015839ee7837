"""On PostgreSQL a web process sees and writes rows of the caller's tenant alone, in every table of every service.

A worker, whose batches span tenants, sees them all. Nothing here connects as a superuser, who would pass through.
"""

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from deploy.postgres.server import Server
from services.embedded import SERVICES
from shared import clock
from shared.database import bind_tenant
from shared.ids import NATIONAL, new_id
from shared.operators import open_to_operator
from shared.service import Service
from tests.contracts.homes import Home, Row, fill, on_postgresql, row_of

READ_BEFORE_THE_TENANT_IS_KNOWN = {
    "identity": {
        "authorization_codes": "redeemed by the hash of a secret",
        "browser_sessions": "found by the hash of a cookie's secret",
        "clients": "a client names itself when it asks for a token",
        "directory": "turns a sign-in name into a person and a tenant",
        "mail_addresses": "tells by an address's hash who forgot a password",
        "one_time_codes": "redeemed by the hash of a secret",
        "password_resets": "a name that was typed by its hash, whether or not anybody has it",
        "token_families": "found by way of a refresh token's hash",
    }
}
"""Tables with a tenant but without row-level security: they tell whose request it is. Reached by an exact key only."""

READ_BY_ALL = {"catalogue": {"known_tenants": "anybody may be offered a course"}}
"""Tables whose rows every tenant may read, and none but its own write."""

APPEND_ONLY = {"audit"}
"""Tables to which rows are added, and of which nobody but the owner changes or removes any."""

OWN, FOREIGN = new_id(), new_id()
REFUSED = "42501"


def guarded(service: Service) -> list[sa.Table]:
    """Give the tables whose rows are to be hidden from other tenants, each after those that it refers to."""
    open_ = READ_BEFORE_THE_TENANT_IS_KNOWN.get(service.name, {})
    return [
        table
        for table in service.metadata.sorted_tables
        if "tenant" in table.columns
        and table.name not in open_
        and (table.info["kind"] != "plumbing" or table.info.get("row_security"))
    ]


every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
TABLES = [(service, table) for service in SERVICES for table in guarded(service)]
every_table = pytest.mark.parametrize(("service", "table"), TABLES, ids=lambda one: one.name)
every_table_that_changes = pytest.mark.parametrize(
    ("service", "table"), [one for one in TABLES if one[1].name not in APPEND_ONLY], ids=lambda one: one.name
)
every_table_that_grows = pytest.mark.parametrize(
    ("service", "table"), [one for one in TABLES if one[1].name in APPEND_ONLY], ids=lambda one: one.name
)


@pytest.fixture(scope="module")
def home(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with on_postgresql(postgres_server, tmp_path_factory.mktemp("rows"), "rows_", SERVICES) as home:
        home.migrate(SERVICES)
        yield home


@pytest.fixture(scope="module")
def foreign_rows(home: Home) -> Mapping[str, Mapping[str, Row]]:
    """A row of one tenant, of another and of the nation in every table; those of the other, by service and table."""
    rows = {}
    for service in SERVICES:
        with home.database(service.name, "worker").writing() as session:
            for tenant in (OWN, NATIONAL, FOREIGN):
                rows[service.name] = fill(session, guarded(service), tenant)
    return rows


@pytest.fixture
def web(home: Home, service: Service, foreign_rows: object) -> Iterator[Session]:
    """A session of the web role, bound to a tenant; nothing that it does stays."""
    with home.database(service.name, "web").session() as session:
        bind_tenant(session, OWN)
        yield session
        session.rollback()


@every_service
def test_the_roles_have_no_more_power_than_they_need(home: Home, service: Service) -> None:
    powers = "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    found = []
    for role in ("web", "worker"):
        with home.database(service.name, role).reading() as session:
            found.append(tuple(session.execute(sa.text(powers)).one()))

    assert found == [("wiyata_web", False, False, False), ("wiyata_worker", False, True, False)]


@every_service
def test_exactly_the_tables_of_tenants_are_guarded_even_against_their_owner(home: Home, service: Service) -> None:
    forced = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND relforcerowsecurity"
    policies = "SELECT tablename, array_agg(cmd ORDER BY cmd) FROM pg_policies GROUP BY tablename"
    with home.database(service.name, "owner").reading() as session:
        tables = set(session.scalars(sa.text(forced)))
        acts = {name: tuple(commands) for name, commands in session.execute(sa.text(policies))}

    assert tables == {table.name for table in guarded(service)}
    assert acts == dict.fromkeys(tables, ("DELETE", "INSERT", "SELECT", "UPDATE"))


@every_table
def test_a_caller_sees_rows_of_the_own_tenant_and_of_the_nation(
    web: Session, service: Service, table: sa.Table
) -> None:
    open_to_all = {FOREIGN} if table.name in READ_BY_ALL.get(service.name, {}) else set()

    assert set(web.scalars(sa.select(table.c.tenant))) == {OWN, NATIONAL} | open_to_all


@every_service
def test_somebody_whose_tenant_is_not_known_sees_national_rows_alone(
    home: Home, foreign_rows: object, service: Service
) -> None:
    with home.database(service.name, "web").reading() as session:
        tables = [table for table in guarded(service) if table.name not in READ_BY_ALL.get(service.name, {})]
        seen = {tenant for table in tables for tenant in session.scalars(sa.select(table.c.tenant))}

    assert seen == {NATIONAL}


@every_table_that_changes
def test_a_caller_can_neither_change_nor_remove_a_row_of_another_tenant_or_of_the_nation(
    web: Session, service: Service, table: sa.Table
) -> None:
    others = table.c.tenant.in_([FOREIGN, NATIONAL])
    same = {column.name: column for column in table.columns if column.name != "tenant"} or {"tenant": table.c.tenant}
    changed = web.execute(sa.update(table).where(others).values(same).returning(table.c.tenant))
    removed = web.execute(sa.delete(table).where(others).returning(table.c.tenant))

    assert changed.all() == []
    assert removed.all() == []


@every_table_that_grows
@pytest.mark.parametrize("act", [sa.delete, lambda table: sa.update(table).values(tenant=table.c.tenant)])
def test_nobody_changes_or_removes_what_is_only_added_to(
    web: Session, service: Service, table: sa.Table, act: Callable[[sa.Table], sa.Executable]
) -> None:
    with pytest.raises(ProgrammingError) as refused:
        web.execute(act(table))

    assert getattr(refused.value.orig, "sqlstate", None) == REFUSED


@every_service
def test_a_session_of_an_operator_sees_letters_acts_and_looks_of_every_tenant_and_nothing_else(
    home: Home, foreign_rows: object, service: Service
) -> None:
    with home.database(service.name, "web").reading(NATIONAL) as session:
        open_to_operator(session)
        seen = {table.name for table in guarded(service) if FOREIGN in session.scalars(sa.select(table.c.tenant)).all()}

    assert seen == {"letters", "audit", "accesses"} | READ_BY_ALL.get(service.name, {}).keys()


@every_table
@pytest.mark.parametrize("tenant", [FOREIGN, NATIONAL], ids=["foreign", "national"])
def test_a_caller_can_not_write_a_row_for_another_tenant(
    web: Session, service: Service, table: sa.Table, tenant: object, foreign_rows: Mapping[str, Mapping[str, Row]]
) -> None:
    row = {**row_of(table, FOREIGN, foreign_rows[service.name]), "tenant": tenant}
    with pytest.raises(ProgrammingError) as refused:
        web.execute(sa.insert(table).values(row))

    assert getattr(refused.value.orig, "sqlstate", None) == REFUSED
    assert "row-level security" in str(refused.value.orig)


@every_table
def test_a_caller_can_not_give_an_own_row_to_another_tenant(web: Session, service: Service, table: sa.Table) -> None:
    with pytest.raises(ProgrammingError) as refused:
        web.execute(sa.update(table).where(table.c.tenant == OWN).values(tenant=FOREIGN))

    assert getattr(refused.value.orig, "sqlstate", None) == REFUSED


@every_service
def test_a_caller_writes_rows_of_the_own_tenant(home: Home, service: Service) -> None:
    newcomer = new_id()
    with home.database(service.name, "web").session() as session:
        bind_tenant(session, newcomer)
        written = fill(session, guarded(service), newcomer)
        session.rollback()

    assert set(written) == {table.name for table in guarded(service)}


@every_service
def test_a_worker_sees_the_rows_of_every_tenant(home: Home, foreign_rows: object, service: Service) -> None:
    with home.database(service.name, "worker").reading() as session:
        seen = {table.name: set(session.scalars(sa.select(table.c.tenant))) for table in guarded(service)}

    assert seen == {table.name: {OWN, FOREIGN, NATIONAL} for table in guarded(service)}


@every_service
@pytest.mark.parametrize("role", ["web", "worker"])
def test_neither_web_nor_worker_can_change_the_schema(home: Home, service: Service, role: str) -> None:
    database = home.database(service.name, "web" if role == "web" else "worker")
    for act in ("CREATE TABLE public.smuggled (id integer)", "ALTER TABLE outbox DISABLE ROW LEVEL SECURITY"):
        with database.session() as session, pytest.raises(ProgrammingError) as refused:
            session.execute(sa.text(act))
        assert getattr(refused.value.orig, "sqlstate", None) == REFUSED


Rows = Mapping[str, Row]
"""A row of a provider in each table of a service."""

READ_WHEN_OFFERED = {
    "catalogue": {
        *("courses", "course_versions", "lessons", "outcomes", "course_assessments", "materials", "programmes"),
        *("known_assessments", "offers"),
    },
    "enrolment": {"course_versions", "course_withdrawals"},
    "assessment": {"course_versions", "pins", "assessment_versions", "questions", "corrections"},
    "evaluation": {"courses"},
}
"""The tables of which a tenant reads what belongs to a course that it was ever offered."""

offering = pytest.mark.parametrize(
    "service", [one for one in SERVICES if one.name in READ_WHEN_OFFERED], ids=lambda one: one.name
)


def offer(session: Session, service: Service, provider: UUID, to: UUID) -> Rows:
    """Write a row of a provider into each table, all of them about one course, which is offered to another tenant."""
    rows = fill(session, guarded(service), provider)
    {"catalogue": link_catalogue, "assessment": link_assessment}.get(service.name, link_copies)(session, rows, to)
    return rows


def link_catalogue(session: Session, rows: Rows, to: UUID) -> None:
    put_in(session, "catalogue", rows, "offers", receiver=to)
    put_in(session, "catalogue", rows, "courses", current=1)
    put_in(session, "catalogue", rows, "course_versions", published_at=clock.now())
    put_in(session, "catalogue", rows, "lessons", material_id=rows["materials"]["id"])
    asked = rows["known_assessments"]["assessment"]
    put_in(session, "catalogue", rows, "course_assessments", assessment_id=asked)


def link_copies(session: Session, rows: Rows, to: UUID) -> None:
    service = "enrolment" if "course_versions" in rows else "evaluation"
    course = new_id()
    for name in READ_WHEN_OFFERED[service]:
        put_in(session, service, rows, name, course=course)
    put_in(session, service, rows, "offers", tenant=to, course=course, provider=rows["offers"]["tenant"])


def link_assessment(session: Session, rows: Rows, to: UUID) -> None:
    course = new_id()
    for name in ("course_versions", "pins"):
        put_in(session, "assessment", rows, name, course=course)
    put_in(session, "assessment", rows, "offers", tenant=to, course=course, provider=rows["offers"]["tenant"])
    pinned = rows["assessment_versions"]
    put_in(session, "assessment", rows, "pins", assessment=pinned["assessment_id"], version=pinned["version"])
    put_in(session, "assessment", rows, "asked", tenant=to)


def put_in(session: Session, service: str, rows: Rows, name: str, **values: object) -> None:
    """Change the row of a table of a service."""
    (table,) = (one.metadata.tables[name] for one in SERVICES if one.name == service)
    session.execute(sa.update(table).where(table.c.tenant == rows[name]["tenant"]).values(values))


def seen(home: Home, service: Service, caller: UUID, provider: UUID) -> set[str]:
    """Name the tables of which a tenant reads rows of another one, beside those that all may read."""
    with home.database(service.name, "web").reading(caller) as session:
        return {
            table.name
            for table in guarded(service)
            if table.name not in READ_BY_ALL.get(service.name, {})
            and session.scalar(sa.select(sa.func.count()).where(table.c.tenant == provider))
        }


@offering
def test_what_is_offered_is_read_by_its_receiver_alone_and_written_by_nobody_but_its_owner(
    home: Home, service: Service
) -> None:
    provider, receiver, third = new_id(), new_id(), new_id()
    with home.database(service.name, "worker").writing() as session:
        offer(session, service, provider, receiver)
    with home.database(service.name, "web").session() as web:
        bind_tenant(web, receiver)
        written = [web.execute(act).all() for act in changes_of(service, provider)]
        web.rollback()

    assert seen(home, service, receiver, provider) == READ_WHEN_OFFERED[service.name]
    assert seen(home, service, third, provider) == set()
    assert all(rows == [] for rows in written)


def changes_of(service: Service, provider: UUID) -> Iterator[sa.Update | sa.Delete]:
    """Give statements that would change or remove every row of a provider."""
    for table in (one for one in guarded(service) if one.name not in APPEND_ONLY):
        yield sa.delete(table).where(table.c.tenant == provider).returning(table.c.tenant)
        yield sa.update(table).where(table.c.tenant == provider).values(tenant=provider).returning(table.c.tenant)


def test_the_draft_of_a_course_that_is_offered_stays_with_its_owner(home: Home) -> None:
    catalogue = next(one for one in SERVICES if one.name == "catalogue")
    provider, receiver = new_id(), new_id()
    with home.database("catalogue", "worker").writing() as session:
        rows = offer(session, catalogue, provider, receiver)
        put_in(session, "catalogue", rows, "course_versions", published_at=None)

    assert seen(home, catalogue, receiver, provider) == {"courses", "offers"}


def test_a_question_that_a_tenant_was_not_asked_stays_with_its_owner(home: Home) -> None:
    assessment = next(one for one in SERVICES if one.name == "assessment")
    provider, receiver = new_id(), new_id()
    with home.database("assessment", "worker").writing() as session:
        offer(session, assessment, provider, receiver)
        asked = assessment.metadata.tables["asked"]
        session.execute(sa.delete(asked).where(asked.c.tenant == receiver))

    assert seen(home, assessment, receiver, provider) == {"course_versions", "pins", "assessment_versions"}
