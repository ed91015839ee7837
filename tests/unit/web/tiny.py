"""A service small enough for a test: items with a title, and views that misbehave in every way the edge must bear."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint as PlainBlueprint
from flask import request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range
from sqlalchemy import ForeignKey, delete, event, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.test import TestResponse

from shared import clock
from shared.database import Base as SharedBase
from shared.database import Database, TenantOwned
from shared.errors import (
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotYetKnown,
    Refusal,
    Stale,
    TooLarge,
    Unauthenticated,
)
from shared.exports import rows_of
from shared.ids import new_id
from shared.plumbing import service_metadata
from shared.service import Service
from shared.settings import Settings, read_settings
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.app import App, create_app, reads, session, writes
from shared.web.auth import Caller, Role, caller, public, require
from shared.web.etag import check_version, tagged, versioned
from shared.web.idempotency import idempotent
from shared.web.keys import KeyRing
from shared.web.limits import limiter, takes_upload
from shared.web.pagination import Page, PageQuery, page, page_of

CITY = UUID("01890000-0000-7000-8000-00000000c171")
OTHER_CITY = UUID("01890000-0000-7000-8000-00000000c172")
KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
ORIGIN = "https://learn.example"


class Base(SharedBase):
    """The tiny service's own tables."""

    __abstract__ = True
    metadata = service_metadata()


class Item(Base, TenantOwned, kind="record"):
    """Something with a title and a version."""

    __tablename__ = "items"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    version: Mapped[int]
    note: Mapped[str | None]


class Promise(Base, kind="record"):
    """Points to an item that the database looks for only at the commit, so that a commit can fail."""

    __tablename__ = "promises"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    item: Mapped[UUID] = mapped_column(ForeignKey("items.id", deferrable=True, initially="DEFERRED"))


class Entry(Base, TenantOwned, kind="record"):
    """What somebody wrote in a diary, under a secret."""

    __tablename__ = "entries"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    text: Mapped[str]
    secret: Mapped[str]


class EntrySchema(Schema):
    """An entry as it is shown."""

    person = fields.UUID()
    text = fields.String()


class ItemSchema(Schema):
    """An item as it is shown."""

    id = fields.UUID(metadata={"description": "The item's id."})
    title = fields.String()
    version = fields.Integer()


class NewItemSchema(Schema):
    """An item as it is sent."""

    title = fields.String(required=True, validate=Length(1, 80), metadata={"description": "What it is called."})
    weight = fields.Decimal(as_string=True, validate=Range(min=0, min_inclusive=False))


class ShelfIsFull(Conflict):
    """No more items fit."""


KINDS: dict[str, Refusal] = {
    "not-found": NotFound("No."),
    "forbidden": Forbidden("No."),
    "unauthenticated": Unauthenticated("No."),
    "conflict": Conflict("No."),
    "shelf-is-full": ShelfIsFull("The shelf holds 3.", most=3, shelf=CITY, since=clock.now().date()),
    "stale": Stale("No."),
    "not-yet-known": NotYetKnown("No."),
    "invalid": Invalid("No.", {"title": ["Too dull."]}),
    "too-large": TooLarge("No."),
    "busy": Busy("No.", retry_after=30),
}

items = Blueprint("items", __name__, url_prefix="/items", description="Items and their titles.")
diaries = Blueprint("diaries", __name__, url_prefix="/diaries", description="What people wrote.")
odd = Blueprint("odd", __name__, url_prefix="/odd", description="Views that go wrong.")
pages = PlainBlueprint("pages", __name__)


@items.route("")
@require()
@items.arguments(PageQuery, location="query")
@items.response(200, page_of(ItemSchema))
def list_items(wanted: Mapping[str, Any]) -> Page[Item]:
    """List the items.

    Sorted by title.
    """
    return page(session(), select(Item), by=(Item.title, Item.id), **wanted)


@items.route("", methods=["POST"])
@items.arguments(NewItemSchema)
@items.response(201, ItemSchema)
@idempotent
@require("trainer", "administrator")
def add_item(sent: Mapping[str, Any]) -> tuple[Item, dict[str, str]]:
    """Add an item."""
    item = Item(id=new_id(), tenant=caller().tenant, title=sent["title"], version=1)
    session().add(item)
    return item, {"Location": f"/api/tiny/items/{item.id}"}


@items.route("/<uuid:item_id>")
@require()
@versioned
@items.response(200, ItemSchema)
def get_item(item_id: UUID) -> tuple[Item, dict[str, str]]:
    """Read an item."""
    item = _item(item_id)
    return tagged(item, item.version)


@items.route("/<uuid:item_id>", methods=["PUT"])
@require("trainer")
@versioned
@items.arguments(NewItemSchema)
@items.response(200, ItemSchema)
def rename_item(sent: Mapping[str, Any], item_id: UUID) -> tuple[Item, dict[str, str]]:
    """Rename an item."""
    item = _item(item_id)
    check_version(item.version)
    item.title, item.version = sent["title"], item.version + 1
    return tagged(item, item.version)


@items.route("/files", methods=["POST"])
@require()
@takes_upload()
@items.response(200)
def measure_upload() -> dict[str, int]:
    """Tell how many bytes were sent."""
    return {"bytes": len(request.get_data())}


@items.route("/lists", methods=["POST"])
@require()
@items.body("text/csv")
@items.response(201, ItemSchema)
@items.also("CONFLICT", OK=ItemSchema)
def read_list() -> dict[str, str]:
    """Take a file, and call an item by what it holds."""
    return {"title": request.get_data(as_text=True)}


@items.route("/searches", methods=["POST"])
@require()
@reads
@items.response(200)
def count_items() -> dict[str, int]:
    """Count the items, without the write lock."""
    return {"count": session().scalar(select(func.count()).select_from(Item)) or 0}


@diaries.route("")
@require("trainer", "administrator", "manager")
@shows_people
@diaries.arguments(PageQuery, location="query")
@diaries.response(200, page_of(EntrySchema))
def list_entries(wanted: Mapping[str, Any]) -> Page[Entry]:
    """List what everybody wrote."""
    found = page(session(), select(Entry), by=(Entry.id,), **wanted)
    note_access(*(entry.person for entry in found.items))
    return found


@diaries.route("/<uuid:entry_id>", methods=["PUT"])
@require("learner", "trainer")
@shows_people
@diaries.arguments(NewItemSchema)
@diaries.response(200, EntrySchema)
@diaries.also("CONFLICT", "NOT_FOUND")
def change_entry(sent: Mapping[str, Any], entry_id: UUID) -> Entry:
    """Change what somebody wrote."""
    entry = session().get_one(Entry, entry_id)
    note_access(entry.person)
    entry.text = sent["title"]
    if entry.text == "nonsense":
        raise Conflict("Not that.")
    return entry


@diaries.route("/secrets")
@require()
@shows_people
@diaries.response(200)
def tell_nobody() -> dict[str, bool]:
    """Show rows of people without saying of whom."""
    return {"done": True}


@odd.route("/refusals/<kind>", methods=["GET", "POST"])
@public
def refuse(kind: str) -> None:
    """Refuse."""
    raise KINDS[kind]


@odd.route("/surprises", methods=["POST"])
@public
def surprise() -> None:
    """Store something, then break with a person's name on the lips."""
    session().add(Item(id=new_id(), tenant=CITY, title="half done", version=1))
    session().flush()
    raise KeyError("Budi Santoso 198701012010011001")


@odd.route("/broken-promises", methods=["POST"])
@public
@odd.response(200)
def break_promise() -> dict[str, bool]:
    """Do what only the commit finds out to be wrong."""
    session().add_all([Promise(id=new_id(), item=new_id()), Item(id=new_id(), tenant=CITY, title="lost", version=1)])
    session().flush()
    return {"done": True}


@odd.route("/refusing-answers", methods=["POST"])
@public
@odd.response(200)
def answer_409() -> tuple[dict[str, bool], int]:
    """Store something, then refuse by an answer instead of an exception."""
    session().add(Item(id=new_id(), tenant=CITY, title="undone", version=1))
    return {"done": False}, 409


@odd.route("/careless-reads")
@public
@odd.response(200)
def write_in_a_get() -> dict[str, bool]:
    """Write where nobody said so."""
    session().add(Item(id=new_id(), tenant=CITY, title="careless", version=1))
    return {"done": True}


@odd.route("/careless-statements")
@public
@odd.response(200)
def insert_in_a_get() -> dict[str, bool]:
    """Write where nobody said so, past the ORM."""
    session().execute(insert(Item).values(id=new_id(), tenant=CITY, title="careless", version=1))
    return {"done": True}


@odd.route("/audited-reads")
@public
@writes
@odd.response(200)
def write_in_a_marked_get() -> dict[str, bool]:
    """Write where the mark says so."""
    session().add(Item(id=new_id(), tenant=CITY, title="audited", version=1))
    return {"done": True}


@odd.route("/twins", methods=["POST"])
@public
def write_twins() -> str:
    """Store the same id twice."""
    for _ in range(2):
        session().execute(insert(Item).values(id=CITY, tenant=CITY, title="twin", version=1))
    return "never"


@odd.route("/payments", methods=["POST"])
@require()
@idempotent(required=True)
@odd.response(200)
def pay() -> dict[str, bool]:
    """Do what must never be done twice."""
    return {"paid": True}


@odd.route("/sign-ins", methods=["POST"])
@limiter.limit("2 per minute")
@public
def sign_in() -> dict[str, bool]:
    """Invite guessing."""
    return {"signed in": True}


@pages.get("/welcome")
@public
def welcome() -> str:
    """Show a page."""
    return "<!doctype html><title>Welcome</title>"


def is_managed(_session: Session, who: Caller, person: UUID) -> bool:
    """Let every manager oversee one person."""
    return who.holds("manager") and person == CITY


SERVICE = Service(
    name="tiny",
    metadata=Base.metadata,
    api=[items, diaries, odd],
    pages=[pages],
    exports={"entries": rows_of(Entry.person, without=["secret"])},
    oversees=is_managed,
)


def _item(item_id: UUID) -> Item:
    item = session().scalars(select(Item).where(Item.id == item_id)).one_or_none()
    if item is None:
        raise NotFound("There is no such item.")
    return item


@dataclass
class Identity:
    """The token issuer as a key set: what it holds can change, and it can be away."""

    keys: list[ECKey] = field(default_factory=lambda: [KEY])
    away: bool = False
    asked: int = 0

    def fetch(self) -> Mapping[str, Any]:
        """Give the key set."""
        self.asked += 1
        if self.away:
            raise ConnectionError("identity is away")
        return {"keys": [{"kty": "RSA", "kid": "old"}, *[key.as_dict(private=False) for key in self.keys]]}


@dataclass
class House:
    """The tiny service, served."""

    app: App
    client: FlaskClient
    settings: Settings
    database: Database
    keys: KeyRing
    identity: Identity

    def make_as_new(self) -> None:
        """Forget all that was done here: nothing is stored, identity has its first key, nobody is slowed down."""
        with self.database.writing() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(delete(table))
        self.identity.keys, self.identity.away, self.identity.asked = [KEY], False, 0
        self.keys.refresh()
        limiter.reset()

    def titles(self) -> list[str]:
        """Give the titles of every stored item."""
        with self.database.reading() as session:
            return sorted(session.scalars(select(Item.title)))

    def add(self, *titles: str, tenant: UUID = CITY) -> list[UUID]:
        """Store items."""
        with self.database.writing() as session:
            stored = [Item(id=new_id(), tenant=tenant, title=title, version=1) for title in titles]
            session.add_all(stored)
        return [item.id for item in stored]

    def post_item(self, title: str = "a lamp", **headers: str) -> TestResponse:
        """Add an item as a trainer."""
        return self.client.post("/items", json={"title": title}, headers={**bearer("trainer"), **headers})


def open_house(
    folder: Path, *, schema_is_current: bool = True, trusted_proxies: int = 0, patience: float = 30, **changes: Any
) -> House:
    """Make the tiny service in a folder (or on the server that `database_web` names), with keys fetched."""
    chosen = {"public_url": ORIGIN, "json_limit": 2_000, "upload_limit": 20_000, **changes}
    settings = replace(read_settings(), folder=folder, **chosen)
    database = Database(settings.database("tiny", "web"), patience=patience)
    if database.is_sqlite:
        event.listen(database.engine, "connect", _lose_patience_soon)
    Base.metadata.create_all(database.engine)
    identity = Identity()
    keys = KeyRing(database, settings, identity.fetch)
    keys.refresh()
    app = create_app(
        SERVICE,
        settings,
        database,
        keys,
        schema_is_current=lambda _: schema_is_current,
        trusted_proxies=trusted_proxies,
    )
    return House(app, app.test_client(), settings, database, keys, identity)


def token(*roles: Role, key: Any = KEY, alg: str = "ES256", life: int = 600, **claims: Any) -> str:
    """Make an access token as identity would, or not quite."""
    at = clock.now()
    said = {
        "iss": f"{ORIGIN}/api/identity",
        "aud": "wiyata",
        "sub": str(CITY),
        "tenant": str(CITY),
        "iat": int(at.timestamp()),
        "exp": int((at + timedelta(seconds=life)).timestamp()),
        "roles": [{"role": role} for role in roles],
        **claims,
    }
    kept = {name: value for name, value in said.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": "one"}, kept, key, algorithms=[alg])


def bearer(*roles: Role, **claims: Any) -> dict[str, str]:
    """Make the header that carries a token."""
    return {"Authorization": f"Bearer {token(*roles, **claims)}"}


def _lose_patience_soon(connection: Any, _: object) -> None:
    connection.execute("PRAGMA busy_timeout=20")
