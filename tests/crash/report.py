"""Says what was done to the suite, and what became of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.embedded import SERVICES
from tests.crash.ground import Ground
from tests.crash.pupils import Acknowledged
from tests.crash.stored import Stored


@dataclass(frozen=True, kw_only=True)
class Report:
    """The outcome of one run; it is a good one when there are no differences."""

    seed: int
    worked: float
    caught_up: float
    faults: Counter[str]
    ended: Counter[str]
    kept: Acknowledged
    stored: Stored
    found: Mapping[str, Sequence[str]]

    @property
    def is_good(self) -> bool:
        return not any(self.found.values())

    def lines(self, ground: Ground) -> Iterator[str]:
        """Give the report, line by line."""
        kept, events = self.kept, list(self.stored.events)
        yield f"seed {self.seed}: {sum(self.faults.values())} faults within {self.worked:.0f} s of work"
        for kind, count in sorted(self.faults.items()):
            yield f"  {count:4} {kind}"
        for name, count in sorted(self.ended.items()):
            yield f"  {count:4} times ended by itself, and started again: {name}"
        yield f"acknowledged: {kept.requests} effects"
        for what in ("enrolments", "marks", "answers", "hand_ins", "completions"):
            yield f"  {len(getattr(kept, what)):6} {what.replace('marks', 'lesson marks').replace('_', '-')}"
        for refusal, count in sorted(kept.refusals.items()):
            yield f"  {count:6} times refused for now: {refusal}"
        yield f"events: {len(events)}"
        for topic, count in self._published_again().items():
            yield f"  {count:6} published more than once on {topic}, and absorbed by each listener"
        yield f"  {_logged(ground, 'overtaken'):6} batches given back by a consumer that was overtaken"
        letters = self.found["nothing is dead or parked"]
        yield f"dead or parked: {len(letters)}"
        yield f"seconds to catch up after the last fault: {self.caught_up:.1f}"
        for what, some in self.found.items():
            yield f"{'no ' if some else 'yes'}  {what}"
            yield from (f"     {one}" for one in some)

    def _published_again(self) -> dict[str, int]:
        """Count by topic what a relay published again, because it ended before it could note that it had."""
        in_log: Counter[str] = Counter()
        for (topic, _), envelopes in self.stored.log.items():
            in_log[topic] += len(envelopes)
        again = {one.topic: in_log[one.topic] - len(self.stored.outboxes[one.name]) for one in SERVICES}
        return {topic: count for topic, count in again.items() if count}


def _logged(ground: Ground, event: str) -> int:
    """Count the lines of that kind in the logs of all processes."""
    logs = (program.log for program in ground.programs.values() if program.log.exists())
    return sum(log.read_text(errors="replace").count(f'"event": "{event}"') for log in logs)
