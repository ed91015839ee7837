"""On PostgreSQL a web process sees and writes rows of the caller's tenant alone, in every table of every service.

A worker, whose batches span tenants, sees them all. Nothing here connects as a superuser, who would pass through.
"""

from collections.abc import Iterator, Mapping

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from deploy.postgres.server import Server
from services.embedded import SERVICES
from shared.database import bind_tenant
from shared.ids import NATIONAL, new_id
from shared.service import Service
from tests.contracts.homes import Home, Row, fill, on_postgresql, row_of

READ_BEFORE_THE_TENANT_IS_KNOWN = {
    "identity": {
        "authorization_codes": "redeemed by the hash of a secret",
        "browser_sessions": "found by the hash of a cookie's secret",
        "clients": "a client names itself when it asks for a token",
        "directory": "turns a sign-in name into a person and a tenant",
        "one_time_codes": "redeemed by the hash of a secret",
        "token_families": "found by way of a refresh token's hash",
    }
}
"""Tables with a tenant but without row-level security: they tell whose request it is. Reached by an exact key only."""

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
every_table = pytest.mark.parametrize(
    ("service", "table"),
    [(service, table) for service in SERVICES for table in guarded(service)],
    ids=lambda one: one.name,
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
    assert set(web.scalars(sa.select(table.c.tenant))) == {OWN, NATIONAL}


@every_service
def test_somebody_whose_tenant_is_not_known_sees_national_rows_alone(
    home: Home, foreign_rows: object, service: Service
) -> None:
    with home.database(service.name, "web").reading() as session:
        seen = {tenant for table in guarded(service) for tenant in session.scalars(sa.select(table.c.tenant))}

    assert seen == {NATIONAL}


@every_table
def test_a_caller_can_neither_change_nor_remove_a_row_of_another_tenant_or_of_the_nation(
    web: Session, service: Service, table: sa.Table
) -> None:
    others = table.c.tenant.in_([FOREIGN, NATIONAL])
    same = {column.name: column for column in table.columns if column.name != "tenant"} or {"tenant": table.c.tenant}
    changed = web.execute(sa.update(table).where(others).values(same).returning(table.c.tenant))
    removed = web.execute(sa.delete(table).where(others).returning(table.c.tenant))

    assert changed.all() == []
    assert removed.all() == []


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
