"""Every table says what it is and whose its rows are; a projection holds nothing that a fold could not make again."""

from itertools import chain

import pytest
from sqlalchemy import Column, Index, Table, UniqueConstraint, Uuid

from services.embedded import SERVICES

WITHOUT_TENANT = {
    ("identity", "delegated_sign_ins"): "begun by a browser of which nobody knows yet who sits at it",
    ("identity", "signing_keys"): "the platform's own keys sign the tokens of every tenant",
    ("identity", "refresh_tokens"): "reached by a secret's hash; its family has the tenant",
    ("identity", "sign_in_tries"): "reached by a name's hash before a tenant is known, if there is one",
    ("identity", "tenants"): "the tenants themselves; a row's id is the tenant",
}

KEYS_ACROSS_TENANTS = {
    ("identity", "authorization_codes", "code_hash"): "hash of a secret, redeemed before the tenant is known",
    ("identity", "browser_sessions", "id_hash"): "hash of a secret in a cookie, read before the tenant is known",
    ("identity", "directory", "name"): "a sign-in name has one owner on the whole platform",
    ("identity", "directory", "person_id"): "a person has one sign-in name",
    ("identity", "one_time_codes", "code_hash"): "hash of a secret, redeemed before the tenant is known",
    ("identity", "password_resets", "name_hash"): "hash of a name that was typed, before it is known whose it is",
    ("identity", "operators", "name"): "operators belong to the platform; all have the tenant `national`",
}
"""Unique keys that neither a tenant nor one row of a tenant stands in front of, and why."""

TABLES = [
    (service.name, table)
    for service in SERVICES
    for table in service.metadata.sorted_tables
    if table.info.get("kind") != "plumbing"
]
PROJECTIONS = [(service, table) for service, table in TABLES if table.info.get("kind") == "projection"]


def name_of(one: str | Table) -> str:
    return one if isinstance(one, str) else one.name


every_table = pytest.mark.parametrize(("service", "table"), TABLES, ids=name_of)
every_projection = pytest.mark.parametrize(("service", "table"), PROJECTIONS, ids=name_of)


@every_table
def test_a_table_is_a_record_or_a_projection(service: str, table: Table) -> None:
    kinds = {"record", "projection"}

    assert table.info.get("kind") in kinds, f'Say class {table.name.title()}(Base, kind="record" or "projection").'


def test_every_row_has_a_tenant_but_the_platforms_own() -> None:
    without = {(service, table.name) for service, table in TABLES if "tenant" not in table.columns}

    assert without == set(WITHOUT_TENANT)


def test_no_unique_key_lets_one_tenant_stand_in_the_way_of_another() -> None:
    open_keys = {
        (service, table.name, key[0].name)
        for service, table in TABLES
        if "tenant" in table.columns
        for key in unique_keys(table)
        if not belongs_to_one_tenant(key)
    }

    assert open_keys == set(KEYS_ACROSS_TENANTS)


@every_projection
def test_a_projection_refers_to_no_other_row_because_facts_come_in_any_order(service: str, table: Table) -> None:
    assert not table.foreign_keys


@every_projection
def test_a_projection_takes_every_value_from_its_events(service: str, table: Table) -> None:
    given = [column.name for column in table.columns if column.server_default is not None or column.default is not None]

    assert table.autoincrement_column is None
    assert not given


@every_projection
def test_the_key_of_a_projection_begins_with_the_tenant(service: str, table: Table) -> None:
    assert next(iter(table.primary_key)).name == "tenant"


def test_a_service_has_projection_tables_exactly_if_it_copies_facts() -> None:
    folding = {service for service, _ in PROJECTIONS}

    assert folding == {service.name for service in SERVICES if service.projects}


def test_no_two_services_share_a_table() -> None:
    owners = [id(table) for service in SERVICES for table in service.metadata.sorted_tables]

    assert len(owners) == len(set(owners))


def unique_keys(table: Table) -> list[list[Column[object]]]:
    rules = chain(table.constraints, table.indexes)
    unique = [one for one in rules if isinstance(one, UniqueConstraint) or (isinstance(one, Index) and one.unique)]
    return [list(table.primary_key), *(list(one.columns) for one in unique)]


def belongs_to_one_tenant(key: list[Column[object]]) -> bool:
    """Tell whether a key begins with the tenant, or with the id of one row: of this table, or of one it refers to."""
    first = key[0]
    its_own_id = first.primary_key and key == list(first.table.primary_key) and len(key) == 1
    return first.name == "tenant" or (isinstance(first.type, Uuid) and (its_own_id or bool(first.foreign_keys)))
