"""The audit log and letters on the command line of a service."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result
from sqlalchemy import delete

from services.catalogue.app import service
from shared.cli import command_line
from shared.database import Database
from shared.ids import new_id
from shared.messaging import letters
from shared.messaging.letters import Undelivered
from shared.migrations import migrate
from shared.plumbing import audit
from shared.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def _quiet_logs() -> Iterator[None]:
    ours = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.configure(**ours)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(read_settings(), folder=tmp_path, database_worker="", database_owner="", kafka="")


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database(settings.database("catalogue", "worker"))
    migrate(service, opened)
    yield opened
    opened.close()


def run(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(command_line(service, settings), words)


def give_up(settings: Settings, database: Database) -> None:
    """Let a dead letter be discarded on the command line."""
    event = new_id()
    kept = Undelivered(event_id=event, tenant=None, type="", key="x", partition=1, body="no json")
    with database.writing() as session:
        letters.bury(session, kept, reason="x")
    done = run(settings, "events", "discard", str(event), "--reason", "not_needed", "--ticket", "OPS-17")
    assert (done.exit_code, done.output) == (0, "0 events handled.\n")


def test_what_was_done_by_hand_is_listed_and_its_chain_is_walked(settings: Settings, database: Database) -> None:
    assert run(settings, "audit", "verify").output.startswith("catalogue: the chain holds; 0 acts")
    give_up(settings, database)
    (line,) = run(settings, "audit", "list").output.splitlines()
    act = json.loads(line)
    found = run(settings, "audit", "verify")

    assert (act["act"], act["role"], act["actor"]) == ("letter.discarded", "command line", None)
    assert (found.exit_code, found.output) == (0, f"catalogue: the chain holds; 1 acts, head {act['hash']}\n")


def test_a_chain_that_does_not_hold_ends_with_a_code_and_names_its_first_fault(
    settings: Settings, database: Database
) -> None:
    for _ in range(3):
        give_up(settings, database)
    with database.writing() as session:
        session.execute(delete(audit).where(audit.c.position == 2))
    found = run(settings, "audit", "verify")
    forgotten = run(settings, "audit", "verify", "--head", "f" * 64)

    assert (found.exit_code, found.output.split(";")[0]) == (1, "catalogue: Act 2 is missing.")
    assert forgotten.exit_code == 1


@pytest.mark.parametrize("words", [(), ("--reason", "because"), ("--reason", "not_needed", "--ticket", "Budi asked")])
def test_nothing_is_given_up_without_a_reason_from_the_list(
    settings: Settings, database: Database, words: tuple[str, ...]
) -> None:
    assert run(settings, "events", "discard", str(new_id()), *words).exit_code == 2
