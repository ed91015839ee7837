"""Who learns what and when in the days that are played: a timetable of small steps, the same for the same seed."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Literal
from zoneinfo import ZoneInfo

SEED = 20260824

Fate = Literal["finish", "drop out", "withdraw", "still learn"]
HOW_MANY: Mapping[Fate, int] = {"finish": 40, "drop out": 4, "withdraw": 2, "still learn": 2}
"""How the enrolments of each course end. Some of those who finish fail the last test for good."""

REGULARS_TAKE = 3
ROOM = 18
"""How many workdays somebody needs, at most mostly, to come through a course."""

EVENINGS = 0.08

MARKED_AT_THE_END = 0.5

AT_A_SITTING = 3
"""How many lessons somebody takes on a day. E-learning counts three JP of a day, which is about as much."""

Deed = Literal["enrol", "begin pre", "end pre", "lesson", "begin post", "end post", "withdraw"]
Act = tuple[Deed, int, float]
"""What is done, its number, and how many minutes it takes."""

Session = list[Act]


@dataclass(frozen=True)
class Syllabus:
    """What the timetable must know of a course: its code, and the minutes of its lessons."""

    code: str
    minutes: tuple[int, ...]


@dataclass(frozen=True, order=True)
class Step:
    """One thing that a learner does at a moment. `number` counts lessons from 0, and tries of a post-test from 1."""

    at: datetime
    learner: str
    course: str
    deed: Deed
    number: int = 0


@dataclass(frozen=True)
class Period:
    """The days that are played, in a city's zone."""

    first: date
    days: int
    zone: str

    @property
    def workdays(self) -> list[date]:
        """The days from Monday to Friday."""
        every = (self.first + timedelta(one) for one in range(self.days))
        return [day for day in every if day.weekday() < 5]

    def moment(self, day: date, minutes: float) -> datetime:
        """Give the moment so many minutes after midnight of a local day, in UTC."""
        midnight = datetime.combine(day, time(), ZoneInfo(self.zone))
        return (midnight + timedelta(minutes=round(minutes, 2))).astimezone(UTC)


def timetable(
    period: Period, learners: Sequence[str], courses: Sequence[Syllabus], *, regulars: Sequence[str] = ()
) -> list[Step]:
    """Give every step in the order of time.

    Each course gets the same mixture of fates. `regulars` take as many courses as anybody may, and finish them.
    """
    days, fates = period.workdays, [fate for fate, number in HOW_MANY.items() for _ in range(number)]
    free_from: Counter[str] = Counter()
    steps: list[Step] = []
    for place, course in enumerate(courses):
        luck = random.Random(f"{SEED}/{course.code}")  # noqa: S311  # An invented timetable, the same each time.
        eager = list(regulars) if place < REGULARS_TAKE else []
        others = [one for one in learners if one not in regulars and free_from[one] < len(days) - ROOM]
        luck.shuffle(others)
        for learner, fate in zip([*eager, *others], fates, strict=False):
            sessions = _sessions(course, fate, luck)
            when = _days_of(len(sessions), fate, luck, free_from[learner], len(days), at_once=learner in eager)
            free_from[learner] = when[-1] + 1
            for session, day in zip(sessions, when, strict=True):
                if day < len(days):
                    steps += _steps(period, days[day], learner, course.code, session, luck)
    return sorted(steps)


def _sessions(course: Syllabus, fate: Fate, luck: random.Random) -> list[Session]:
    """Give what somebody does in a course, sitting by sitting, as far as their fate lets them come."""
    lessons: list[Act] = [("lesson", number, minutes) for number, minutes in enumerate(course.minutes)]
    sittings = [lessons[start : start + AT_A_SITTING] for start in range(0, len(lessons), AT_A_SITTING)]
    if luck.random() < MARKED_AT_THE_END:
        sittings = [_marked_at_the_end(one) for one in sittings]
    sittings[0] = [*_test("pre", 1, luck), *sittings[0]]
    sittings[-1] = [*sittings[-1], *_test("post", 1, luck)]
    enrolling: Session = [("enrol", 0, 3.0)]
    whole = [enrolling, *sittings, *(_test("post", number, luck) for number in (2, 3))]
    if fate in ("finish", "still learn"):
        return whole
    begun = whole[: luck.randint(2, len(sittings))]
    leaving: Session = [("withdraw", 0, 2.0)]
    return begun if fate == "drop out" else [*begun, leaving]


def _marked_at_the_end(sitting: Session) -> Session:
    """Let somebody read first, and then mark one lesson after another as done."""
    whole = sum(minutes for _, _, minutes in sitting)
    return [(deed, number, 1.0 if place else whole) for place, (deed, number, _) in enumerate(sitting)]


def _test(role: Literal["pre", "post"], number: int, luck: random.Random) -> Session:
    minutes = luck.uniform(6, 12)
    if role == "pre":
        return [("begin pre", number, 4.0), ("end pre", number, minutes)]
    return [("begin post", number, 4.0), ("end post", number, minutes)]


def _days_of(
    sittings: int, fate: Fate, luck: random.Random, earliest: int, workdays: int, *, at_once: bool
) -> list[int]:
    """Give the number of the workday of each sitting; those who still learn have some beyond the last day."""
    gaps = [luck.choice((1, 1, 1, 2, 2, 3)) for _ in range(sittings - 1)]
    latest = workdays - 1 - sum(gaps)
    if fate == "still learn":
        first = max(earliest, luck.randint(workdays - 6, workdays - 3))
    else:
        first = luck.randint(earliest, max(earliest, min(latest, earliest + 2) if at_once else latest))
    return list(accumulate(gaps, initial=first))


def _steps(
    period: Period, day: date, learner: str, course: str, session: Session, luck: random.Random
) -> Iterator[Step]:
    """Put a sitting into the hours of an office, and now and then into the evening."""
    minutes = luck.uniform(19 * 60, 19.5 * 60) if luck.random() < EVENINGS else luck.uniform(8 * 60, 13.5 * 60)
    for deed, number, lasts in session:
        minutes += lasts * luck.uniform(0.7, 1.1)
        yield Step(period.moment(day, minutes), learner, course, deed, number)
