"""Sends a story through a chain, ours or a bare one, and takes the time until all of it has had its effect."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from deploy.background import last_lines, wait_until
from tests.performance.story import Learner, Story, in_batches

WARM_UP = 30
BATCH = 50
"""How many learners one transaction speaks of."""

PATIENCE = 60.0


Batch = TypeVar("Batch")


class Flow(Protocol[Batch]):
    """A chain that runs: something says events, something publishes them, something handles them."""

    @property
    def log(self) -> Path:
        """Where its programs write what they have to say."""

    def written(self, learners: Sequence[Learner]) -> Batch:
        """Give what `say` takes. The time does not count: a bare program has no business with our codec."""

    def say(self, batch: Batch) -> None:
        """Say what these learners did, in one transaction of each service that speaks."""

    def handled(self) -> int:
        """Count the events whose effect is committed."""

    def check(self, story: Story) -> None:
        """Fail unless all of a story is in the profiles, learning hours and figures, once."""


def events_per_second(flow: Flow[Batch], count: int) -> float:
    """Measure a chain over so many learners, after a few more that warm it up."""
    _send(flow, Story(WARM_UP))
    story = Story(count)
    seconds = _send(flow, story)
    flow.check(story)
    return story.events / seconds


def _send(flow: Flow[Batch], story: Story) -> float:
    batches = [flow.written(some) for some in in_batches(story.learners(), BATCH)]
    wanted = flow.handled() + story.events
    began = time.perf_counter()
    for batch in batches:
        flow.say(batch)
    patience = PATIENCE + story.events / 100
    if not wait_until(lambda: flow.handled() >= wanted, seconds=patience, pause=0.01):
        missing = wanted - flow.handled()
        raise AssertionError(f"{missing} events had no effect after {patience:.0f} s:\n{last_lines(flow.log)}")
    return time.perf_counter() - began


@contextmanager
def stopwatch(into: list[float]) -> Iterator[None]:
    """Append the seconds that a block takes."""
    began = time.perf_counter()
    yield
    into.append(time.perf_counter() - began)
