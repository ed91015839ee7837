"""Identity's own commands: operators, cities, clients, keys, and links for people who have no password yet."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click
from sqlalchemy.orm import Session

from services.identity.commands import accounts, clients, organisation
from services.identity.commands import keys as key_commands
from services.identity.links import first_sign_in_link
from services.identity.model.clients import MachineRole
from services.identity.queries.people import who_signs_in_as
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


@click.group(help="Cities, and providers of learning.")
def cities() -> None: ...


@cities.command("add", help="Define a city by code, name and IANA zone, and print its id; twice changes nothing.")
@click.argument("code")
@click.argument("name")
@click.argument("zone")
@click.option("--provider", is_flag=True, help="A university or professional body instead of a city.")
def add_city(code: str, name: str, zone: str, *, provider: bool) -> None:
    with _writing() as session:
        tenant, is_new = organisation.define_tenant(
            session, kind="provider" if provider else "city", code=code, name=name, zone=zone
        )
    click.echo(tenant.id)
    if not is_new:
        click.echo(f"{code} exists already.", err=True)


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


COMMANDS = (operators, cities, clients_group, people, keys)


@contextmanager
def _writing() -> Iterator[Session]:
    database = Database(read_settings().database("identity", "worker"))
    try:
        with database.writing() as session:
            yield session
    finally:
        database.close()


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
