"""One-time codes: the way to a first password, or to a new one."""

import re
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import TYPED_LENGTH, TYPED_SIGNS, Base, hash_secret, new_secret, new_typed_secret
from shared.database import TenantOwned

Purpose = Literal["invitation", "reset"]
"""Why there is a code: an administrator made it, or the person asked for it at the sign-in pages."""

CODE_LIVES: dict[Purpose, timedelta] = {"invitation": timedelta(days=14), "reset": timedelta(hours=1)}


class OneTimeCode(Base, kind="record"):
    """A code that sets a password once, within the life of its purpose. Only its hash is kept.

    A newer one of the same purpose replaces it. One that anybody can ask for with a NIP, the reset's, must not replace
    the one that an administrator has handed out.

    It belongs to the platform because it names its tenant: whoever opens the link has not said who they are.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (Index("ix_one_time_codes_person", "person_id"),)

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant: Mapped[UUID]
    person_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(10))
    expires_at: Mapped[datetime]

    @classmethod
    def make(
        cls, *, tenant: UUID, person_id: UUID, at: datetime, typed: bool = False, purpose: Purpose = "invitation"
    ) -> tuple[str, Self]:
        """Make a code for a person: one for a link, or one that is `typed` from paper.

        Gives the code itself, which nobody can read again, and what is kept.
        """
        code = new_typed_secret() if typed else new_secret()
        kept = cls(
            code_hash=hash_secret(code),
            tenant=tenant,
            person_id=person_id,
            purpose=purpose,
            expires_at=at + CODE_LIVES[purpose],
        )
        return code, kept

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the code can still be used."""
        return at < self.expires_at


class CodeMade(TenantOwned, Base, kind="record"):
    """Somebody made a one-time code for a person, and could have used it. `by` is a person's id, or a machine's."""

    __tablename__ = "codes_made"
    __table_args__ = (Index("ix_codes_made_person", "tenant", "person_id", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    by: Mapped[UUID] = mapped_column("made_by")
    machine: Mapped[bool]
    at: Mapped[datetime] = mapped_column("made_at")


def print_code(code: str) -> str:
    """Give a code that people type in groups of four signs."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(text: str) -> str:
    """Give the code that somebody typed, whatever its case and gaps, with O and I read as the digits they look like.

    The code of a link is given back as it is.
    """
    squeezed = re.sub(r"[\s-]", "", text).upper().translate(str.maketrans("OIL", "011"))
    is_typed = is_typed_code(text) and len(squeezed) == TYPED_LENGTH and set(squeezed) <= set(TYPED_SIGNS)
    return squeezed if is_typed else text


def is_typed_code(text: str) -> bool:
    """Tell whether this is what somebody typed, well or badly: a link's code is longer."""
    return len(text) < 2 * TYPED_LENGTH
