"""Identity's real web app on a real SQLite database, with a city of six people in it."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.identity.app import service
from services.identity.commands import accounts, clients
from services.identity.commands.keys import signing_key
from services.identity.commands.organisation import define_tenant
from services.identity.commands.rosters import import_roster
from services.identity.mail_round import send_mails
from services.identity.model import Person, Tenant, Unit
from services.identity.own_keys import own_keys
from services.identity.queries.people import today_in
from services.identity.queries.roles import roles_of
from services.identity.tokens import RoleClaim, Signer, s256
from shared import clock
from shared.database import Database
from shared.ids import new_id
from shared.migrations import is_current, migrate
from shared.settings import Settings, read_settings
from shared.web.app import create_app
from shared.web.keys import KeyRing, issuer
from shared.web.limits import limiter

HEADER = (
    "nip,nama,email,jenis_pegawai,mulai_kontrak,kode_unit,unit,kode_unit_induk,jenis_unit,"
    "kode_jabatan,jabatan,jenis_jabatan,berlaku_sejak,status_jabatan"
)
PASSWORD = "lima ekor kucing"
HOME = "http://127.0.0.1:8080/api/identity"
SITE = "http://127.0.0.1:8080/signed-in"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0"


def row(
    nip: str,
    name: str = "Seseorang",
    *,
    unit: str = "DIK",
    parent: str = "",
    job: str = "GURU",
    since: str = "2026-01-05",
    status: str = "",
    email: str = "",
) -> str:
    """A row of a roster: a PNS in a unit and job."""
    place = f"{unit},Unit {unit},{parent},{'bidang' if parent else 'dinas'}"
    return f"{nip},{name},{email},PNS,,{place},{job},Jabatan {job},pelaksana,{since},{status}"


def nip(number: int) -> str:
    """A NIP that is right in form, of nobody."""
    return f"199001012015011{number:03d}"


def roster(*rows: str) -> bytes:
    """A roster file."""
    return "\n".join([HEADER, *rows]).encode()


CITY_ROWS = (
    row(nip(1), "Ayu Admin", unit="BKD", job="ANALIS"),
    row(nip(2), "Bima Kepala", unit="DIK", job="KADIS"),
    row(nip(3), "Citra Guru", unit="DIK-SD", parent="DIK"),
    row(nip(4), "Dewi Guru", unit="DIK-SMP", parent="DIK"),
    row(nip(5), "Eko Perawat", unit="KES", job="PERAWAT"),
)


@dataclass
class House:
    """The app with its database, and short ways to do what many tests begin with."""

    app: Flask
    database: Database
    settings: Settings
    city: UUID

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def call(self, method: str, path: str, token: str | None = None, **rest: Any) -> TestResponse:
        """Call the API, with a token if there is one."""
        headers = {**rest.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        return self.app.test_client().open(f"/api/identity{path}", method=method, headers=headers, **rest)

    @contextmanager
    def telling(self, at: datetime) -> Iterator[None]:
        """Let it be another moment, at which the token keys have just been fetched."""
        with clock.telling(at):
            self.app.extensions["wiyata"].keys.refresh()
            yield

    def json(self, method: str, path: str, token: str | None = None, **rest: Any) -> Any:
        """Call the API and read what a success answers."""
        answer = self.call(method, path, token, **rest)
        assert answer.status_code < 300, answer.text
        return answer.get_json()

    def refresh(self, client: tuple[str, str], token: str) -> TestResponse:
        """Turn a refresh token into the next tokens."""
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.browser().post("/api/identity/token", data=form, auth=client)

    def token_of(self, number: int) -> str:
        """An access token of the person with a NIP."""
        person = self.person(number)
        with self.database.writing() as session:
            tenant = session.scalars(select(Person.tenant).where(Person.id == person)).one()
            return self._sign(session, person, tenant, roles_of(session, tenant, person))

    def token_of_machine(self, *roles: str, tenant: UUID | None = None) -> str:
        """An access token of a machine."""
        claims: list[RoleClaim] = [{"role": role} for role in roles]
        with self.database.writing() as session:
            return self._sign(session, new_id(), tenant or self.city, claims, machine=True)

    def person(self, number: int) -> UUID:
        with self.database.reading() as session:
            return session.scalars(select(Person.id).where(Person.nip == nip(number))).one()

    def unit(self, code: str) -> UUID:
        with self.database.reading() as session:
            return session.scalars(select(Unit.id).where(Unit.tenant == self.city, Unit.code == code)).one()

    def grant(self, number: int, role: str, unit: str | None = None) -> None:
        """Grant a role, as an administrator does."""
        wanted = {"role": role, **({"unit": str(self.unit(unit))} if unit else {})}
        path = f"/people/{self.person(number)}/roles"
        answer = self.call("PUT", path, self.token_of_machine("administrator"), json={"roles": [wanted]})
        assert answer.status_code == 200, answer.text

    def code_for(self, number: int) -> str:
        """A one-time code of a person."""
        person = self.person(number)
        with self.database.writing() as session:
            tenant = session.scalars(select(Person.tenant).where(Person.id == person)).one()
            return accounts.make_code(session, tenant, person, at=clock.now())[0]

    def register(self, number: int) -> None:
        """Let a person set the password, by its link."""
        browser = self.browser()
        page = browser.get(f"/api/identity/first-sign-in?code={self.code_for(number)}")
        form = {**fields_of(page), "password": PASSWORD, "again": PASSWORD}
        assert browser.post("/api/identity/first-sign-in", data=form).status_code == 303

    def site(self, *, has_secret: bool = True) -> tuple[str, str]:
        """The id and secret of a site that people sign in to."""
        with self.database.writing() as session:
            secret, client = clients.add_site(
                session, name="portal", redirect_uris=[SITE], has_secret=has_secret, at=clock.now()
            )
        return str(client.id), secret or ""

    def mails(self) -> list[EmailMessage]:
        """Let the errand send what is due, and read the mails in the folder, oldest first."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("WIYATA_FOLDER", str(self.settings.folder))
            environment.setenv("WIYATA_PUBLIC_URL", self.settings.public_url)
            send_mails(self.database)
        files = sorted((self.settings.folder / "mail").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files if file.is_file()]

    def write_to(self, number: int, address: str) -> None:
        """Let a person have an address, by a roster."""
        with self.database.writing(self.city) as session:
            rows = [one.replace(",,PNS,", f",{address},PNS,") for one in CITY_ROWS if one.startswith(nip(number))]
            import_roster(session, self.city, roster(*rows))

    def leave(self, number: int) -> None:
        """Let yesterday be a person's last day in all posts."""
        with self.database.writing(self.city) as session:
            today = today_in(session, self.city)
            person = session.get_one(Person, self.person(number))
            person.depart([post.id for post in person.posts], last_day=today - timedelta(days=1), today=today)

    def second_city(self) -> UUID:
        """Another tenant, with one person (number 9) in one unit."""
        with self.database.writing() as session:
            tenant, _ = define_tenant(session, kind="city", code="TPI", name="Tanjungpinang", zone="Asia/Jakarta")
        with self.database.writing(tenant.id) as session:
            import_roster(session, tenant.id, roster(row(nip(9), "Fajar Lain", unit="LAIN")))
        return tenant.id

    def _sign(self, session: Any, who: UUID, tenant: UUID, roles: list[RoleClaim], *, machine: bool = False) -> str:
        signer = Signer(issuer=issuer(self.settings), key=signing_key(session, at=clock.now()), at=clock.now())
        return signer.access_token(subject=who, tenant=tenant, roles=roles, client_id=new_id(), machine=machine)


def fields_of(page: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's form."""
    tags = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page.text)
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
    return {name[1]: value[1].replace("&amp;", "&") if value else "" for name, value in pairs if name}


def asked_of(client_id: str, **other: str) -> dict[str, str]:
    """What a site asks for at the authorization endpoint."""
    return {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": SITE,
        "scope": "openid profile",
        "state": "xyz",
        "nonce": "n-1",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
        **other,
    }


def answered(answer: TestResponse) -> dict[str, str]:
    """What a redirect says in its query."""
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def code_of(house: House, client_id: str, number: int = 3, **other: str) -> str:
    """A code for a site, by signing in on the pages."""
    browser = house.browser()
    sent = browser.get("/api/identity/authorize", query_string=asked_of(client_id, **other))
    back = sign_in(browser, number, next=answered(sent)["next"])
    return answered(browser.get(back.location))["code"]


def redeem(house: House, client: tuple[str, str] | None, code: str, **other: str) -> TestResponse:
    """Turn a code into tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": SITE, "code_verifier": VERIFIER, **other}
    return house.browser().post("/api/identity/token", data=form, auth=client)


def open_link(house: House, link: str) -> int:
    """Set a password behind a printed link; give the status."""
    path = link.strip().removeprefix("http://127.0.0.1:8080")
    browser = house.browser()
    form = {**fields_of(browser.get(path)), "password": PASSWORD, "again": PASSWORD}
    return browser.post(path.partition("?")[0], data=form).status_code


def sign_in(browser: FlaskClient, number: int, password: str = PASSWORD, **other: str) -> TestResponse:
    """Fill in the form of the sign-in page."""
    page = browser.get("/api/identity/sign-in", query_string=other)
    form = {**fields_of(page), "name": nip(number), "password": password}
    return browser.post("/api/identity/sign-in", data=form)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with the city in it, made once and copied for every test."""
    path = tmp_path_factory.mktemp("identity") / "identity.sqlite"
    database = Database(f"sqlite:///{path}")
    migrate(service, database)
    with database.writing() as session:
        tenant, _ = define_tenant(session, kind="city", code="SMG", name="Semarang", zone="Asia/Jakarta")
    with database.writing(tenant.id) as session:
        import_roster(session, tenant.id, roster(*CITY_ROWS))
    with database.writing() as session:
        signing_key(session, at=clock.now())
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()
    return path


@pytest.fixture(scope="session")
def running(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app, made once: only its database file changes from test to test. Guessing at passwords is cheap here."""
    with pytest.MonkeyPatch.context() as environment:
        for key, value in {"MEMORY": "8", "PASSES": "1", "LANES": "1"}.items():
            environment.setenv(f"WIYATA_PASSWORD_{key}", value)
        settings = replace(
            read_settings(), folder=tmp_path_factory.mktemp("running"), public_url="http://127.0.0.1:8080"
        )
        database = Database(settings.database("identity", "web"))
        keys = KeyRing(database, settings, own_keys(database))
        yield create_app(service, settings, database, keys, schema_is_current=lambda one: is_current(service, one))
        database.close()


@pytest.fixture(scope="session")
def as_new(empty_database: Path, running: Flask) -> Callable[[], UUID]:
    """Give what puts the app back to its beginning, and gives the city. The keys of all copies are the same."""
    edge = running.extensions["wiyata"]
    file = edge.settings.folder / "identity.sqlite"
    shutil.copyfile(empty_database, file)
    edge.keys.refresh()
    fetched = edge.keys._keys
    with edge.database.reading() as session:
        city: UUID = session.scalars(select(Tenant.id).where(Tenant.code == "SMG")).one()

    def again() -> UUID:
        edge.database.close()
        shutil.copyfile(empty_database, file)
        shutil.rmtree(edge.settings.folder / "mail", ignore_errors=True)
        running.extensions["erasure_register"].unlink(missing_ok=True)
        edge.keys._keys = fetched
        limiter.reset()
        return city

    return again


@pytest.fixture
def house(running: Flask, as_new: Callable[[], UUID]) -> House:
    edge = running.extensions["wiyata"]
    return House(running, edge.database, edge.settings, as_new())
