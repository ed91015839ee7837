"""Who may sign in and as what: names to sign in with, passwords, granted roles, and the operators of the platform."""

import re
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base
from shared.database import TenantOwned
from shared.errors import Invalid
from shared.ids import NATIONAL, new_id

Role = Literal["trainer", "manager", "analyst", "administrator"]
"""The roles that an administrator can grant. Everyone is a learner; operators are made on the command line."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128

_OPERATOR_NAME = re.compile(r"[a-z][a-z0-9._-]{1,59}")


class RoleNeedsUnit(Invalid):
    """A manager is one of a unit and what stands below it."""


class RoleTakesNoUnit(Invalid):
    """Only a manager's role is bound to a unit."""


class PasswordTooShort(Invalid):
    """Length is what makes a password hard to guess."""


class PasswordTooLong(Invalid):
    """No person types that many characters, and hashing them costs."""


class PasswordHoldsSignInName(Invalid):
    """A password that holds the NIP is the first that others try."""


class OperatorNameLooksLikeNip(Invalid):
    """Eighteen digits are the name of a civil servant."""


class OperatorNameNotUsable(Invalid):
    """An operator's name is typed at every sign-in, and must look neither like a NIP nor like an address."""


class SignInName(Base, kind="record"):
    """The directory: a NIP, the address of a provider's staff or an operator's name, and who is behind it.

    It is read before a tenant is known, so that a sign-in finds its tenant. A name stands for one person of the
    whole platform.
    """

    __tablename__ = "directory"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    tenant: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(unique=True)


class Operator(TenantOwned, Base, kind="record"):
    """Someone who runs the platform. Operators belong to the national tenant and hold no post."""

    __tablename__ = "operators"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)

    @classmethod
    def register(cls, name: str) -> Self:
        """Make an operator. Raises `OperatorNameLooksLikeNip`, `OperatorNameNotUsable`."""
        if name.isdigit():
            raise OperatorNameLooksLikeNip("An operator's name needs a letter; digits alone could be a NIP.")
        if not _OPERATOR_NAME.fullmatch(name):
            raise OperatorNameNotUsable(
                "An operator's name has 2 to 60 small letters, digits and . _ -, and begins with a letter."
            )
        return cls(id=new_id(), tenant=NATIONAL, name=name)


class Account(TenantOwned, Base, kind="record"):
    """The password of a person or an operator, as argon2id keeps it. Whoever never set one has no account."""

    __tablename__ = "accounts"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(2))  # Of the last sign-in: the one in which mails are written.


class RoleGrant(TenantOwned, Base, kind="record"):
    """A role granted to a person of a tenant; a manager's is bound to a unit."""

    __tablename__ = "role_grants"
    __table_args__ = (Index("ix_role_grants_person", "tenant", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))

    @classmethod
    def grant(cls, tenant: UUID, person_id: UUID, *, role: Role, unit_id: UUID | None) -> Self:
        """Grant a role. Raises `RoleNeedsUnit`, `RoleTakesNoUnit`."""
        if role == "manager" and unit_id is None:
            raise RoleNeedsUnit("A manager's role needs the unit that is managed.", role=role)
        if role != "manager" and unit_id is not None:
            raise RoleTakesNoUnit(f"The role {role} counts for the whole tenant; leave the unit out.", role=role)
        return cls(id=new_id(), tenant=tenant, person_id=person_id, role=role, unit_id=unit_id)


def read_sign_in_name(typed: str) -> str:
    """Give the name that somebody typed as the directory has it.

    A NIP is often written in groups, an address with capitals; no name holds a NUL character.
    """
    name = typed.replace("\0", "").strip()
    grouped = name.replace(" ", "")
    return grouped if grouped.isdigit() else name.casefold()


def check_password(password: str, *, sign_in_name: str) -> None:
    """Refuse a password that is too easy to guess. Raises a subclass of `Invalid`.

    Length counts and composition does not, as in NIST SP 800-63B section 3.1.1.2.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(f"A password needs at least {SHORTEST_PASSWORD} characters.", minimum=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong(f"A password has at most {LONGEST_PASSWORD} characters.", maximum=LONGEST_PASSWORD)
    if sign_in_name.casefold() in password.casefold():
        raise PasswordHoldsSignInName("A password must not hold the name one signs in with.")
