"""Accounts of the demo: first passwords by one-time links, one account per role and place, and the list of them."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.demo.keys import CommandLine, Keys
from deploy.demo.origin import Origin, Refused, Visitor
from deploy.demo.places import Place
from deploy.demo.sign_in import Site

FILE = "demo-accounts.txt"
OPERATOR = "operator-demo"


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in: where, as what, under which name and with which password; and their id, if needed."""

    place: str
    role: str
    name: str
    password: str
    person: str = ""


def first_link(machine: Visitor, person: str) -> str:
    """Ask, as an administrator, for the link with which a person sets the first password."""
    link: str = machine.post(f"identity/people/{person}/one-time-code")["link"]
    return link


def people_without_account(machine: Visitor) -> list[dict[str, Any]]:
    """Give the people of the city who have never signed in, in the order of their names."""
    return [one for one in machine.all_of("identity/people") if not one["has_account"]]


@dataclass
class Registry:
    """Makes the accounts of one place, as its machine; what is there already is taken as it is."""

    origin: Origin
    place: Place
    keys: Keys

    def __post_init__(self) -> None:
        self._machine = self.origin.machine(self.keys.machine, self.keys.secret)
        self._site = Site(self.origin, self.keys.site, self.keys.returns_to)

    def of_city(self) -> Iterator[Account]:
        """Give each role of a city to the person named for it, with an account."""
        people = {one["id"]: one for one in self._machine.all_of("identity/people")}
        units = {one["code"]: one["id"] for one in self._machine.all_of("identity/units")}
        rows = {role: self.place.holder(role) for role in self.place.said["accounts"]}
        nips = [row["nip"] for row in rows.values()]
        ids = self._machine.post("identity/people/nip-lookups", json={"nips": nips})["ids"]
        for role, row in rows.items():
            person = people[ids[row["nip"]]]
            if role != "learner":
                unit = {"unit": units[row["kode_unit"]]} if role == "manager" else {}
                self._machine.put(f"identity/people/{person['id']}/roles", json={"roles": [{"role": role} | unit]})
            yield self._account(person, role, row["nip"])

    def of_provider(self) -> Iterator[Account]:
        """Register the staff of a provider, one for each role, with accounts."""
        known = {one["name"]: one for one in self._machine.all_of("identity/people")}
        for role, said in self.place.said["accounts"].items():
            if said["name"] not in known:
                wanted = {"name": said["name"], "email": said["email"], "roles": [role]}
                known[said["name"]] = self._machine.post("identity/staff", json=wanted) | {"has_account": False}
            yield self._account(known[said["name"]], role, said["email"])

    def _account(self, person: dict[str, Any], role: str, name: str) -> Account:
        password = self.keys.password_of(name)
        if not (person["has_account"] and self._signs_in(name, password)):
            self._site.first_sign_in(first_link(self._machine, person["id"]), password)
        return Account(self.place.name, role, name, password, person["id"])

    def _signs_in(self, name: str, password: str) -> bool:
        return signs_in(self._site, name, password)


def signs_in(site: Site, name: str, password: str) -> bool:
    """Tell whether somebody can sign in with a password."""
    try:
        site.sign_in(name, password)
    except Refused:
        return False
    return True


def operator_account(command_line: CommandLine, origin: Origin, keys: Keys) -> Account:
    """Register the operator on identity's command line, with an account."""
    password, site = keys.password_of(OPERATOR), Site(origin, keys.site, keys.returns_to)
    try:
        (link,) = command_line.call("operators", "add", OPERATOR)
    except Refused:  # There is one already, with or without a password.
        if signs_in(site, OPERATOR, password):
            return Account("the platform", "operator", OPERATOR, password)
        (link,) = command_line.call("operators", "code", OPERATOR)
    site.first_sign_in(link, password)
    return Account("the platform", "operator", OPERATOR, password)


def write_accounts(folder: Path, accounts: Iterable[Account]) -> Path:
    """List accounts in a file that its owner alone can read; give its path."""
    head = Account("place", "role", "name to sign in with", "password")
    rule = Account("-" * 22, "-" * 13, "-" * 34, "-" * 18)
    lines = [f"{one.place:<22}  {one.role:<13}  {one.name:<34}  {one.password}" for one in (head, rule, *accounts)]
    file = folder / FILE
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as written:
        written.write("\n".join([*lines, ""]))
    fresh.replace(file)
    return file
