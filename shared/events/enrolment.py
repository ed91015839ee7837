"""What enrolment says: who learns what, and who has completed it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from shared.events.base import Event
from shared.events.catalogue import Outcome, Scope

ClosingReason = Literal["withdrawn", "not_completed", "erased"]
RevocationReason = Literal["corrected_mark", "attempt_annulled"]


@dataclass(frozen=True, kw_only=True)
class EnrolmentFact(Event, about="enrolment", key="person"):
    """The dimensions of every fact about an enrolment, as they stood when the learner enrolled.

    Figures use only these, so that a later move of the learner or of the course changes no figure of the past.
    """

    enrolment: UUID
    person: UUID
    course: UUID
    version: int
    class_: UUID
    programme: UUID
    provider: UUID
    unit: UUID | None


@dataclass(frozen=True, kw_only=True)
class LearnerEnrolled(EnrolmentFact, type="wiyata.enrolment.learner.enrolled.v1"):
    """A learner has a place in a class. `closes` is the last day to learn, or None when there is none."""

    opens: date
    closes: date | None


@dataclass(frozen=True, kw_only=True)
class LearningStarted(EnrolmentFact, type="wiyata.enrolment.learning.started.v1"):
    """The first lesson was marked, on a local day of the learner's city."""

    started_on: date


@dataclass(frozen=True, kw_only=True)
class EnrolmentClosed(EnrolmentFact, type="wiyata.enrolment.enrolment.closed.v1"):
    """The learner goes on no longer, without having completed; `closed_on` is the first local day of that.

    A corrected mark may still complete an enrolment that was closed as not completed: the latest sequence wins.
    """

    reason: ClosingReason
    closed_on: date


@dataclass(frozen=True, kw_only=True)
class DayMinutes:
    """Minutes learnt on one local day."""

    day: date
    minutes: int


@dataclass(frozen=True, kw_only=True)
class TrainingCompleted(EnrolmentFact, type="wiyata.enrolment.training.completed.v1"):
    """The completion rule is met. `pre` and `post` are scores in basis points, or None where there is none.

    They are the pair of the gain: the first pre-test handed in before the first lesson mark and any post-test, and
    the first post-test. A correction says it again with the next revision.
    """

    revision: int
    outcomes: tuple[Outcome, ...]
    form: str
    scope: Scope
    minutes: tuple[DayMinutes, ...]
    pre: int | None
    post: int | None
    completed_on: date


@dataclass(frozen=True, kw_only=True)
class CompletionRevoked(EnrolmentFact, type="wiyata.enrolment.completion.revoked.v1"):
    """A correction undid the completion of `revision`: the rule is met no longer.

    The enrolment is open again, unless `EnrolmentClosed` follows. A later completion has a higher revision.
    """

    revision: int
    reason: RevocationReason
