"""What the environment says to identity alone: what a guess at a password costs, mails, the register of erasures."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo, available_timezones

from environs import Env, EnvError
from marshmallow.validate import Length, OneOf, Range, Regexp

from services.identity.model.locks import LockRules
from shared.errors import WrongSetting
from shared.settings import Settings


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


Security = Literal["starttls", "tls", "none"]

_PROVIDER = re.compile(r"https://[^\s?#]+|http://(127\.0\.0\.1|localhost)[^\s?#]*")
_SENDER = re.compile(r"[^@\s<>]+@[^@\s<>]+|[^@<>\r\n]+ <[^@\s<>]+@[^@\s<>]+>")


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """The server that takes mails, and whom they are from. `security` is `none` on this machine alone."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    sender: str


def read_mail_server() -> MailServer | None:
    """Read the environment; give None where no server is named.

    Raises `WrongSetting` naming the key of a value that can't be used.
    """
    env = Env()
    try:
        with env.prefixed("WIYATA_SMTP_"):
            host = env.str("HOST", "")
            if not host:
                return None
            security = env.str("SECURITY", "starttls", validate=OneOf(get_args(Security)))
            return _checked(
                MailServer(
                    host=host,
                    port=env.int("PORT", 465 if security == "tls" else 587, validate=Range(1, 65_535)),
                    security=cast("Security", security),
                    user=env.str("USER", ""),
                    password=env.str("PASSWORD", ""),
                    sender=env.str("SENDER", validate=Regexp(_SENDER, error="No address to send from.")),
                )
            )
    except EnvError as wrong:
        raise WrongSetting(str(wrong)) from wrong


def read_erasure_register(settings: Settings) -> Path | None:
    """Give the file of the register of erasures. It has to stand where no backup of the databases takes it along.

    Where the databases are no files of a folder, that folder may end with its container: None is given unless it is
    said where the register shall be kept.
    """
    said = Env().str("WIYATA_ERASURE_REGISTER", "")
    if not said and settings.database_web:
        return None
    return Path(said).absolute() if said else settings.folder / "erasures.jsonl"


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """Another provider that people may sign in with. `claim` of its identity tokens holds a NIP or an address."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str
    scope: str
    label: str


def read_delegation() -> Delegation | None:
    """Read the environment; give None where no other provider is named.

    Raises `WrongSetting` naming the key of a value that can't be used.
    """
    env = Env()
    try:
        with env.prefixed("WIYATA_SIGN_IN_"):
            issuer = env.str("ISSUER", "")
            if not issuer:
                return None
            return Delegation(
                issuer=env.str("ISSUER", validate=Regexp(_PROVIDER, error="No https address.")),
                client_id=env.str("CLIENT_ID", validate=Length(1)),
                client_secret=env.str("CLIENT_SECRET", ""),
                claim=env.str("CLAIM", "nip", validate=Length(1)),
                scope=env.str("SCOPE", "openid", validate=Regexp(r"(.* )?openid( .*)?", error="It must hold openid.")),
                label=env.str("LABEL", "SSO", validate=Length(1, 60)),
            )
    except EnvError as wrong:
        raise WrongSetting(str(wrong)) from wrong


def _checked(server: MailServer) -> MailServer:
    if bool(server.user) != bool(server.password):
        raise WrongSetting("WIYATA_SMTP_USER and WIYATA_SMTP_PASSWORD go together: set both, or neither.")
    if server.security == "none" and server.user:
        raise WrongSetting("WIYATA_SMTP_SECURITY is none: a password would travel in the clear. Write starttls or tls.")
    return server
