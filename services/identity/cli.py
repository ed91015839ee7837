"""Identity's own commands: operators, cities, clients, keys, and links for people who have no password yet."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args
from uuid import UUID

import click
from sqlalchemy.orm import Session

from services.identity.commands import accounts, clients, erasures, organisation, staff
from services.identity.commands import keys as key_commands
from services.identity.commands.clients import NoSuchTenant
from services.identity.commands.staff import StaffRole
from services.identity.erasure_register import ErasureRegister, RegisterIsIncomplete
from services.identity.links import first_sign_in_link
from services.identity.model.clients import MachineRole
from services.identity.model.organisation import TenantKind
from services.identity.queries.people import who_signs_in_as
from services.identity.settings import read_erasure_register
from shared import clock
from shared.database import Database
from shared.settings import read_settings

MACHINE_ROLES = ("trainer", "analyst", "administrator", "operator")


@click.group(help="Those who run the platform.")
def operators() -> None: ...


@operators.command("add", help="Register an operator, and print a link that sets the password once.")
@click.argument("name")
def add_operator(name: str) -> None:
    with _writing() as session:
        operator = accounts.add_operator(session, name)
        code, _ = accounts.make_code(session, operator.tenant, operator.id, at=clock.now())
    click.echo(first_sign_in_link(read_settings(), code))


@operators.command("code", help="Print a new link for an operator who lost the password.")
@click.argument("name")
def operator_code(name: str) -> None:
    _print_links([name])


@click.group(help="Cities, whose people learn.")
def cities() -> None: ...


@cities.command("add", help="Define a city by code, name and IANA zone, and print its id; twice changes nothing.")
@click.argument("code")
@click.argument("name")
@click.argument("zone")
def add_city(code: str, name: str, zone: str) -> None:
    _define_tenant("city", code, name, zone)


@click.group(help="Providers of learning: universities and professional bodies.")
def providers() -> None: ...


@providers.command(
    "add", help="Define a provider by code, name and IANA zone, and print its id; twice changes nothing."
)
@click.argument("code")
@click.argument("name")
@click.argument("zone")
def add_provider(code: str, name: str, zone: str) -> None:
    _define_tenant("provider", code, name, zone)


@providers.command(
    "add-staff", help="Register one of a provider's staff, and print a link that sets the password once."
)
@click.argument("code")
@click.argument("name")
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(get_args(StaffRole)))
def add_staff(code: str, name: str, email: str, roles: tuple[StaffRole, ...]) -> None:
    with _writing() as session:
        provider = staff.provider_by_code(session, code)
        if provider is None:
            raise NoSuchTenant(f"There is no provider {code}; `providers add` makes one.", code=code)
        person = staff.register_staff(session, provider, name=name, email=email, roles=roles)
        code_of_person, _ = accounts.make_code(session, provider, person.id, at=clock.now())
    click.echo(first_sign_in_link(read_settings(), code_of_person))


@click.group("clients", help="Machines that speak for themselves, and sites that sign people in.")
def clients_group() -> None: ...


@clients_group.command("add", help="Register a machine, and print its id and its secret once.")
@click.argument("name")
@click.option("--city", help="Code of the city or provider; left out for the role operator.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(MACHINE_ROLES))
def add_client(name: str, city: str | None, roles: tuple[MachineRole, ...]) -> None:
    with _writing() as session:
        secret, client = clients.add_machine(session, name=name, tenant_code=city, roles=roles, at=clock.now())
    _print_client(client.id, secret)


@clients_group.command("add-site", help="Register a site that people sign in to, and print its id and its secret once.")
@click.argument("name")
@click.argument("redirect_uris", nargs=-1, required=True)
@click.option("--without-secret", is_flag=True, help="For a program that can't keep one.")
def add_site(name: str, redirect_uris: tuple[str, ...], *, without_secret: bool) -> None:
    with _writing() as session:
        secret, client = clients.add_site(
            session, name=name, redirect_uris=redirect_uris, has_secret=not without_secret, at=clock.now()
        )
    _print_client(client.id, secret)


@click.group(help="Links for people who have no password yet.")
def people() -> None: ...


@people.command(
    "code", help="Print a link that sets a password once, for each NIP; `-` reads them from standard input."
)
@click.argument("nips", nargs=-1, required=True)
def person_code(nips: tuple[str, ...]) -> None:
    _print_links(sys.stdin.read().split() if nips == ("-",) else list(nips))


@click.group(help="The keys that sign tokens.")
def keys() -> None: ...


@keys.command(help="Let a new key sign from now on; older ones stay published while tokens may need them.")
def rotate() -> None:
    with _writing() as session:
        key = key_commands.rotate_keys(session, at=clock.now())
    click.echo(key.kid)


@click.group("erasures", help="People who were erased.")
def erasures_group() -> None: ...


@erasures_group.command(help="After a backup was restored: erase those of the register again who came back with it.")
@click.option("--incomplete", is_flag=True, help="Go on though the register lacks people who were erased.")
def replay(*, incomplete: bool) -> None:
    entries = ErasureRegister(read_erasure_register(read_settings())).erasures()
    again = 0
    with _writing() as session:
        missing = erasures.not_in_register(session, entries)
    if missing and not incomplete:
        raise RegisterIsIncomplete(
            f"{missing} people were erased whom the register does not name: it is an old copy, or another suite's. "
            "Nobody was erased again."
        )
    for entry in entries:
        with _writing() as session:
            again += erasures.replay_erasure(session, entry)
    click.echo(f"{len(entries)} erasures in the register, {again} of them made again.")


COMMANDS = (operators, cities, providers, clients_group, people, keys, erasures_group)


@contextmanager
def _writing() -> Iterator[Session]:
    database = Database(read_settings().database("identity", "worker"))
    try:
        with database.writing() as session:
            yield session
    finally:
        database.close()


def _define_tenant(kind: TenantKind, code: str, name: str, zone: str) -> None:
    with _writing() as session:
        tenant, is_new = organisation.define_tenant(session, kind=kind, code=code, name=name, zone=zone)
    click.echo(tenant.id)
    if not is_new:
        click.echo(f"{code} exists already.", err=True)


def _print_links(names: list[str]) -> None:
    with _writing() as session:
        for place, name in enumerate(names, start=1):
            entry = who_signs_in_as(session, name)
            if entry is None:
                raise accounts.NoSuchPerson(f"Nobody signs in with the name given in place {place}.")
            code, _ = accounts.make_code(session, entry.tenant, entry.person_id, at=clock.now())
            click.echo(first_sign_in_link(read_settings(), code))


def _print_client(client_id: UUID, secret: str | None) -> None:
    click.echo(f"client_id={client_id}")
    if secret is not None:
        click.echo(f"client_secret={secret}")
