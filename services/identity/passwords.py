"""Hashes and checks passwords with argon2id, in the same time whether or not there is one to check."""

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from services.identity.settings import PasswordCost


class Passwords:
    """The hasher of one process, with its cost."""

    def __init__(self, cost: PasswordCost) -> None:
        self._hasher = PasswordHasher(
            memory_cost=cost.memory, time_cost=cost.passes, parallelism=cost.lanes, type=Type.ID
        )
        # Nobody's password: it is what a guess at an unknown name is compared with.
        self._of_nobody = self._hasher.hash("nobody")

    def hash(self, password: str) -> str:
        """Give what is stored of a password."""
        return self._hasher.hash(password)

    def is_right(self, password: str, stored: str | None) -> bool:
        """Tell whether a password is the stored one; without a stored one it takes as long and says no."""
        try:
            return self._hasher.verify(stored or self._of_nobody, password) and stored is not None
        except VerifyMismatchError:
            return False

    def is_outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with another cost than today's."""
        return self._hasher.check_needs_rehash(stored)
