"""What assessment keeps about a person, for `/me/data`. Marks hold keys, and there are none before the hand-in."""

from collections.abc import Mapping

from services.assessment.model import Answer, Attempt, Enrolment, ErasedPerson, Grade, Person, Standing
from shared.exports import by_table, rows_behind
from shared.service import Export

EXPORTS: Mapping[str, Export] = {
    **by_table(Attempt.person, Enrolment.person, ErasedPerson.id, Person.id),
    "answers": rows_behind(Answer.attempt_id, Attempt.id, Attempt.person),
    "grades": rows_behind(Grade.attempt_id, Attempt.id, Attempt.person),
    "standings": rows_behind(Standing.enrolment, Enrolment.id, Enrolment.person),
}
