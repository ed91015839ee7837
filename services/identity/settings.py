"""What the environment says to identity alone: how much work a guess at a password costs."""

from dataclasses import dataclass

from environs import Env, EnvError
from marshmallow.validate import Range

from shared.errors import WrongSetting


@dataclass(frozen=True, kw_only=True)
class PasswordCost:
    """The parameters of argon2id: memory in KiB, passes over it, and lanes.

    The defaults are those of the OWASP Password Storage Cheat Sheet (19 MiB, two passes, one lane).
    """

    memory: int = 19_456
    passes: int = 2
    lanes: int = 1


def read_password_cost() -> PasswordCost:
    """Read the environment. Raises `WrongSetting` naming the key of a value that can't be used."""
    env, usual = Env(), PasswordCost()
    try:
        with env.prefixed("WIYATA_PASSWORD_"):
            return PasswordCost(
                memory=env.int("MEMORY", usual.memory, validate=Range(8, 4_194_304)),
                passes=env.int("PASSES", usual.passes, validate=Range(1, 100)),
                lanes=env.int("LANES", usual.lanes, validate=Range(1, 64)),
            )
    except EnvError as wrong:
        raise WrongSetting(str(wrong)) from wrong
