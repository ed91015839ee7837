"""A consumer that stands still while events wait is found out by the clock, and its process ends."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from shared.events import encode
from shared.ids import new_id
from shared.messaging.embedded import EmbeddedLog, EmbeddedReader
from shared.messaging.inbox import PartitionsAreHeld
from shared.messaging.log import Message, Positions, Record
from shared.messaging.watch import Watch, Watchdog
from shared.processes import STUCK
from shared.testing import Running
from tests.messaging import tally
from tests.messaging.tally import Broken, completion


class Seconds:
    """A clock that a test turns."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Silent(EmbeddedReader):
    """A client of the log that gives nothing any more and says nothing of it."""

    def poll(self, seconds: float) -> list[Record]:
        return []


class SilentLog(EmbeddedLog):
    """A log whose readers fall silent."""

    def reader(self, *, group: str, topics: Sequence[str], member: str, positions: Positions) -> EmbeddedReader:
        self.ensure(topics)
        return Silent(self, topics, positions)


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def bitten() -> list[float]:
    """For how long the consumer had stood still when the dog barked."""
    return []


def watched(running: Running, seconds: Seconds, bitten: list[float]) -> Watchdog:
    running.consumer.watch = Watch(seconds)
    return Watchdog(running.consumer.watch, patience=120, bark=bitten.append)


def running_on(folder: Path, kind: type[EmbeddedLog]) -> Running:
    return tally.on_sqlite(folder, kind(folder / "events.sqlite"))["tally"]


def publish(running: Running, person: UUID) -> None:
    running.log.ensure(["wiyata.enrolment"])
    running.log.publish("wiyata.enrolment", [Message(1, str(person), encode(completion(person)))])


def test_a_silent_log_ends_a_consumer_for_which_events_wait(
    tmp_path: Path, seconds: Seconds, bitten: list[float]
) -> None:
    running = running_on(tmp_path, SilentLog)
    dog = watched(running, seconds, bitten)
    publish(running, new_id())
    running.consumer.step()
    seconds.now += 120
    running.consumer.step()
    assert not dog.look()
    seconds.now += 1
    assert dog.look()
    assert bitten == [121]


def test_a_consumer_for_which_nothing_waits_may_stand_still_for_ever(
    tmp_path: Path, seconds: Seconds, bitten: list[float]
) -> None:
    running = running_on(tmp_path, EmbeddedLog)
    dog = watched(running, seconds, bitten)
    for _ in range(3):
        running.consumer.step()
        seconds.now += 1000
    assert not dog.look()
    publish(running, new_id())
    running.consumer.step()
    seconds.now += 1000
    assert not dog.look(), "It was handled, and the silence before it does not count."


def test_a_handler_that_never_comes_back_is_found_out_though_its_batch_was_the_last(
    tmp_path: Path, seconds: Seconds, bitten: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = running_on(tmp_path, EmbeddedLog)
    dog = watched(running, seconds, bitten)
    found: list[bool] = []

    def hang(_records: object) -> None:
        seconds.now += 121  # It would hang for good; only another thread can look.
        found.append(dog.look())

    monkeypatch.setattr(running.consumer, "handle", hang)
    publish(running, new_id())
    running.consumer.step()
    assert found == [True]


def test_waiting_that_says_why_is_no_standing_still(tmp_path: Path, seconds: Seconds, bitten: list[float]) -> None:
    running = running_on(tmp_path, EmbeddedLog)
    dog = watched(running, seconds, bitten)
    publish(running, new_id())
    running.consumer.watch.saw(1)
    for _ in range(5):
        seconds.now += 100
        running.consumer._note("waiting", PartitionsAreHeld("A rebuild holds them."))
        assert not dog.look()


def test_events_that_fail_one_after_the_other_are_an_outcome(
    tmp_path: Path, seconds: Seconds, bitten: list[float]
) -> None:
    running, person = running_on(tmp_path, EmbeddedLog), new_id()
    dog = watched(running, seconds, bitten)
    publish(running, person)
    Broken.errors[person] = RuntimeError("a surprise")
    running.consumer.watch.saw(1)
    seconds.now += 1000
    running.consumer.step()
    Broken.forget()
    assert not dog.look()


def test_the_process_of_a_consumer_that_stands_still_ends_with_a_code_of_its_own() -> None:
    program = """
import threading
from functools import partial
from shared.messaging.watch import Watch, Watchdog
from shared.processes import end_stuck

watch = Watch(iter(range(0, 10_000, 60)).__next__)
watch.saw(1)
with Watchdog(watch, patience=120, bark=partial(end_stuck, "tally")):
    threading.Event().wait(60)
"""
    ended = subprocess.run([sys.executable, "-c", program], env=dict(os.environ), timeout=60, check=False)
    assert ended.returncode == STUCK
