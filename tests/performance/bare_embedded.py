"""The ceiling of embedded mode: the same events through three SQLite files and three threads of one process."""

import json
import threading
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.database import sqlite_driver
from shared.events import encode
from shared.plumbing import PARTITIONS
from tests.performance.flow import events_per_second
from tests.performance.story import Learner, Story

OUTBOX = """
CREATE TABLE facts (id TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (position INTEGER PRIMARY KEY, id TEXT NOT NULL, key TEXT NOT NULL, partition INTEGER NOT NULL,
                     body TEXT NOT NULL, published INTEGER NOT NULL DEFAULT 0);
CREATE INDEX waiting ON outbox (position) WHERE published = 0;
"""
LOG = """
CREATE TABLE records (serial INTEGER PRIMARY KEY, partition INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL);
"""
EFFECT = """
CREATE TABLE inbox (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE position (one INTEGER PRIMARY KEY, serial INTEGER NOT NULL);
INSERT INTO position VALUES (1, 0);
CREATE TABLE tallies (tenant TEXT, person TEXT, events INTEGER NOT NULL, PRIMARY KEY (tenant, person)) WITHOUT ROWID;
"""
BATCH = 1000
PAUSE = 0.002

Row = tuple[str, str, int, str]
"""An event's id, key, partition and body."""


@dataclass(frozen=True)
class BareEmbeddedFlow:
    """Writes rows with their outbox rows, and looks at what was counted."""

    outbox: Any
    effect: Any
    log: Path

    def written(self, learners: Sequence[Learner]) -> list[Row]:
        return [
            (str(event.id), key, zlib.crc32(key.encode()) % PARTITIONS, encode(event))
            for one in learners
            for event in one.events
            for key in [event.partition_key]
        ]

    def say(self, rows: list[Row]) -> None:
        self.outbox.execute("BEGIN IMMEDIATE")
        self.outbox.executemany("INSERT INTO facts VALUES (?, ?)", [row[:2] for row in rows])
        self.outbox.executemany("INSERT INTO outbox (id, key, partition, body) VALUES (?, ?, ?, ?)", rows)
        self.outbox.execute("COMMIT")

    def handled(self) -> int:
        return int(self.effect.execute("SELECT serial FROM position").fetchone()[0])

    def check(self, story: Story) -> None:
        counted = self.effect.execute("SELECT sum(events) FROM tallies WHERE tenant = ?", (str(story.tenant),))
        assert counted.fetchone()[0] == story.events


def embedded(folder: Path, count: int) -> float:
    """Measure the bare chain in threads of this process; `folder` is empty."""
    stopping = threading.Event()
    for name, schema in (("outbox", OUTBOX), ("log", LOG), ("effect", EFFECT)):
        _open(folder, name).executescript(schema)
    threads = [threading.Thread(target=work, args=(folder, stopping)) for work in (_relay, _consume)]
    for thread in threads:
        thread.start()
    try:
        flow = BareEmbeddedFlow(_open(folder, "outbox"), _open(folder, "effect"), folder / "bare.log")
        return events_per_second(flow, count)
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def _relay(folder: Path, stopping: threading.Event) -> None:
    outbox, log = _open(folder, "outbox"), _open(folder, "log")
    while not stopping.is_set():
        rows = outbox.execute(
            "SELECT position, partition, key, body FROM outbox WHERE published = 0 ORDER BY position LIMIT ?", (BATCH,)
        ).fetchall()
        if not rows:
            stopping.wait(PAUSE)
            continue
        log.execute("BEGIN IMMEDIATE")
        log.executemany("INSERT INTO records (partition, key, body) VALUES (?, ?, ?)", [row[1:] for row in rows])
        log.execute("COMMIT")
        outbox.execute("BEGIN IMMEDIATE")
        outbox.executemany("UPDATE outbox SET published = 1 WHERE position = ?", [row[:1] for row in rows])
        outbox.execute("COMMIT")


def _consume(folder: Path, stopping: threading.Event) -> None:
    log, effect = _open(folder, "log"), _open(folder, "effect")
    serial = 0
    while not stopping.is_set():
        rows = log.execute("SELECT serial, body FROM records WHERE serial > ? LIMIT ?", (serial, BATCH)).fetchall()
        if not rows:
            stopping.wait(PAUSE)
            continue
        serial = rows[-1][0]
        _count(effect, [json.loads(row[1]) for row in rows], serial)


def _count(effect: Any, events: list[dict[str, Any]], serial: int) -> None:
    effect.execute("BEGIN IMMEDIATE")
    new = [
        one
        for one in events
        if effect.execute("INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING RETURNING id", (one["id"],)).fetchone()
    ]
    counts = Counter((one["tenant"], one["data"]["person"]) for one in new)
    effect.executemany(
        "INSERT INTO tallies VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events",
        [(*who, count) for who, count in counts.items()],
    )
    effect.execute("UPDATE position SET serial = ?", (serial,))
    effect.execute("COMMIT")


def _open(folder: Path, name: str) -> Any:
    connection = sqlite_driver.connect(folder / f"{name}.sqlite", isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
