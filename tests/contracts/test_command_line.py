"""What a service's command line says when something is away or wrong, and what it leaves behind when it acts."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
import structlog
from sqlalchemy import select

from services.evaluation.app import service
from services.identity.app import service as identity
from shared import cli
from shared.database import Database
from shared.messaging.kafka import KafkaLog
from shared.messaging.operations import status
from shared.migrations import migrate
from shared.plumbing import outbox


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give each test a folder of its own, and take back how a command sets up its process's logging."""
    monkeypatch.setenv("WIYATA_FOLDER", str(tmp_path))
    root, kafka = logging.getLogger(), logging.getLogger("kafka")
    before = root.level, kafka.level
    held, root.handlers = root.handlers, []
    ours = structlog.get_config()
    yield
    root.handlers = held
    root.setLevel(before[0])
    kafka.setLevel(before[1])
    structlog.configure(**ours)


def said(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """Run a command of evaluation that can't be carried out; give what it says at its end."""
    monkeypatch.setattr("sys.argv", ["evaluation", *words])
    with pytest.raises(SystemExit) as ended:
        cli.run(service)
    assert isinstance(ended.value.code, str)  # Python prints it and exits with 1.
    return ended.value.code


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "postgresql+psycopg://worker:secret@127.0.0.1/{servce}",
        "postgresql+psycopg://worker:secret@127.0.0.1/{",
        "postgresql+psycopg://worker:secret@127.0.0.1:port/x",
        "nosuchdatabase://worker:secret@127.0.0.1/x",
    ],
)
@pytest.mark.parametrize("words", [("events", "status"), ("verify",), ("relay",)])
def test_an_address_that_is_none_is_named_by_its_setting_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, address: str, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("WIYATA_DATABASE_WORKER", address)
    sentence = said(monkeypatch, *words)
    assert sentence.startswith("evaluation: WIYATA_DATABASE_WORKER is no address of a database")
    assert "secret" not in sentence


def test_a_database_that_is_away_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIYATA_DATABASE_WORKER", "postgresql+psycopg://worker:secret@127.0.0.1:1/x")
    sentence = said(monkeypatch, "events", "status")
    assert sentence.startswith("evaluation: The database does not answer (connection failed")
    assert "\n" not in sentence
    assert "secret" not in sentence


def test_a_folder_that_is_a_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    monkeypatch.setenv("WIYATA_FOLDER", str(taken))
    assert (
        said(monkeypatch, "verify")
        == f"evaluation: WIYATA_FOLDER is {taken}, where no folder can be made (File exists)."
    )


def test_the_flow_is_shown_while_no_broker_answers(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'evaluation.sqlite'}")) as database:
        migrate(service, database)
        with closing(KafkaLog("127.0.0.1:1", patience=0.1)) as away:
            shown = status(service, database, away)
    assert (shown["outbox"]["waiting"], shown["dead"], shown["lag"]) == (0, 0, None)
    assert shown["log"].startswith("The broker does not answer")


def test_what_a_command_says_can_be_followed_by_its_correlation_id(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'identity.sqlite'}")) as database:
        migrate(identity, database)
        monkeypatch.setattr("sys.argv", ["identity", "cities", "add", "SMG", "Semarang", "Asia/Jakarta"])
        cli.run(identity)
        with database.reading() as session:
            (said,) = session.scalars(select(outbox.c.body))
    assert UUID(json.loads(said)["correlationid"])
