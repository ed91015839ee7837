"""What the environment says to identity alone: how much work, and how much waiting, a guess at a password costs."""

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from environs import Env, EnvError
from marshmallow.validate import OneOf, Range

from services.identity.model.locks import LockRules
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


@dataclass(frozen=True, kw_only=True)
class Locking:
    """When names are locked, and the zone in which pages tell the hour.

    The zone is one for all: a page that told the hour of a name's own city would tell that the name exists.
    """

    rules: LockRules = field(default_factory=LockRules)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Jakarta"))


def read_locking() -> Locking:
    """Read the environment. Raises `WrongSetting` naming the key of a value that can't be used."""
    env, usual = Env(), Locking()
    minutes = int(usual.rules.ceiling.total_seconds() // 60)
    try:
        with env.prefixed("WIYATA_LOCK_"):
            rules = LockRules(
                tries=env.int("TRIES", usual.rules.tries, validate=Range(1, 100)),
                ceiling=timedelta(minutes=env.int("MINUTES", minutes, validate=Range(1, 1_440))),
            )
            zone = env.str("ZONE", usual.zone.key, validate=OneOf(available_timezones(), error="No IANA zone."))
            return Locking(rules=rules, zone=ZoneInfo(zone))
    except EnvError as wrong:
        raise WrongSetting(str(wrong)) from wrong
