"""Letters of real services on both databases: the web role decides, under row-level security, the consumer acts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from services.enrolment.app import service
from services.enrolment.model import Person
from shared import audit
from shared.events import encode
from shared.events.identity import PersonAssigned
from shared.ids import NATIONAL, new_id
from shared.messaging import inbox, letters
from shared.messaging.consumer import Consumer
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.letters import Undelivered
from shared.messaging.outbox import partition_of
from shared.plumbing import letters as letter_table
from shared.web.app import App, create_app
from shared.web.auth import Role
from shared.web.keys import KeyRing
from tests.api.serving import Visitor
from tests.api.tokens import ORIGIN, bearer, key_set
from tests.contracts.homes import Home, on_postgresql, on_sqlite

CITY, OTHER, PLATFORM = new_id(), new_id(), NATIONAL


@dataclass(frozen=True)
class Place:
    """A service whose requests come in the web role, and whose events are handled in the worker role."""

    app: App
    home: Home
    log: EmbeddedLog

    def visitor(self, role: Role, tenant: UUID) -> Visitor:
        return Visitor(self.app, bearer(tenant, new_id(), role))

    def put_aside(self, event: PersonAssigned, *, broken: bool = False) -> str:
        """Keep an event as a dead letter: as it came, or with an envelope that can't be read."""
        kept = Undelivered(
            event_id=event.id,
            tenant=None if broken else event.tenant,
            type="" if broken else event.type,
            key=str(event.person),
            partition=partition_of(str(event.person)),
            body="no json" if broken else encode(event),
        )
        with self.home.database(service.name, "worker").writing() as session:
            letters.bury(session, kept, reason="KeyError in 5 tries.", tries=5)
        return str(event.id)

    def consume(self) -> None:
        """Let a consumer that has just begun look at what there is to do."""
        consumer = Consumer(service, self.home.database(service.name, "worker"), self.log, pause=0.0)
        consumer.step()
        consumer.close()

    def people(self) -> set[UUID]:
        with self.home.database(service.name, "worker").reading() as session:
            return set(session.scalars(select(Person.id)))

    def states(self) -> dict[str, str]:
        with self.home.database(service.name, "worker").reading() as session:
            return {str(row.event_id): row.state for row in session.execute(select(letter_table))}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("letters")
    if request.param == "sqlite":
        opened = on_sqlite(folder)
    else:
        opened = on_postgresql(request.getfixturevalue("postgres_server"), folder, "letters_", [service])
    with opened as home:
        home.settings = replace(home.settings, public_url=ORIGIN)
        home.migrate([service])
        web = home.database(service.name, "web")
        keys = KeyRing(web, home.settings, key_set)
        keys.refresh()
        app = create_app(service, home.settings, web, keys, schema_is_current=lambda _: True)
        log = EmbeddedLog(folder / "events.sqlite")
        yield Place(app, home, log)
        log.close()


def assigned(tenant: UUID = CITY) -> PersonAssigned:
    return PersonAssigned(
        tenant=tenant, person=new_id(), employment_type="PNS", contract_start=None, posts=(), sequence=1
    )


def test_what_an_administrator_wants_replayed_is_handled_by_the_consumer(place: Place) -> None:
    event = assigned()
    letter = place.put_aside(event)
    administrator = place.visitor("administrator", CITY)
    asked = administrator.put(f"/letters/{letter}/replay")

    assert (asked.status_code, asked.json["state"]) == (202, "due")
    assert event.person not in place.people()
    place.consume()
    assert event.person in place.people()
    assert administrator.get(f"/letters/{letter}").json["state"] == "replayed"


def test_an_administrator_of_another_tenant_neither_sees_nor_decides_anything(place: Place) -> None:
    letter, broken = place.put_aside(assigned()), place.put_aside(assigned(), broken=True)
    outsider = place.visitor("administrator", OTHER)
    for hidden in (letter, broken):
        assert outsider.get(f"/letters/{hidden}").status_code == 404
        assert outsider.put(f"/letters/{hidden}/replay").status_code == 404
        assert outsider.put(f"/letters/{hidden}/discard", {"reason": "not_needed"}).status_code == 404
    everything = {"reason": "KeyError in 5 tries."}

    assert outsider.get("/letters").json["items"] == outsider.get("/audit").json["items"] == []
    assert outsider.post("/letters/replays", everything).json == {"events": [], "more": False}
    assert (place.states()[letter], place.states()[broken]) == ("dead", "dead")


def test_an_operator_decides_on_letters_of_every_tenant_and_it_is_noted_in_theirs(place: Place) -> None:
    ours, theirs, broken = assigned(), assigned(OTHER), assigned()
    letter, foreign, unread = place.put_aside(ours), place.put_aside(theirs), place.put_aside(broken, broken=True)
    operator = place.visitor("operator", PLATFORM)
    for one in (letter, foreign):
        assert operator.put(f"/letters/{one}/replay").status_code == 202
    given_up = operator.put(f"/letters/{unread}/discard", {"reason": "wrong_at_source", "ticket": "OPS-17"})

    assert (given_up.status_code, given_up.json["state"], given_up.json["raw"]) == (200, "discarded", "no json")
    place.consume()
    assert {ours.person, theirs.person} <= place.people()
    told = place.visitor("administrator", OTHER).get("/audit").json["items"]
    assert [(one["act"], one["role"], one["subject"]) for one in told] == [
        ("letter.replayed", "operator", f"event/{foreign}")
    ]
    looks = place.app.test_client().get("/me/accesses", headers=bearer(OTHER, theirs.person, "learner")).json
    assert looks is not None
    assert [look["operation"] for look in looks["items"]] == ["letters.replay_letter"]
    with place.home.database(service.name, "worker").reading() as session:
        assert audit.verify(session).fault == ""


def test_who_asks_while_a_rebuild_holds_the_partitions_is_told_to_come_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place.home.database(service.name, "web").is_sqlite:
        pytest.skip("On SQLite everybody waits for the one writer.")
    monkeypatch.setattr("shared.web.letters.LOCK_PATIENCE", 10)
    event = assigned()
    letter = place.put_aside(event)
    with place.home.database(service.name, "worker").writing() as held:
        inbox.lock_partitions(held, [partition_of(str(event.person))])
        refused = place.visitor("administrator", CITY).put(f"/letters/{letter}/replay")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert place.states()[letter] == "dead"
    assert place.visitor("administrator", CITY).put(f"/letters/{letter}/replay").status_code == 202
