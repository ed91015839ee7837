"""What evaluation keeps about a person, for `/me/data`."""

from collections.abc import Mapping

from services.evaluation.model.tables import (
    AnnouncedLevel,
    AssessmentResult,
    Dispute,
    Employment,
    ErasedPerson,
    EvidenceLine,
    FigureRow,
    HoursEntry,
    LevelsGained,
    Person,
    Piece,
    PostTest,
    Profile,
    RevokedCompletion,
    Tombstone,
    Withdrawal,
)
from services.evaluation.model.tables.activities import Activity, Certificate
from shared.exports import by_table, rows_behind
from shared.service import Export

_OWN = by_table(
    Activity.person,
    AnnouncedLevel.person,
    AssessmentResult.person,
    Certificate.person,
    Dispute.person,
    Employment.person,
    ErasedPerson.person,
    EvidenceLine.person,
    FigureRow.person,
    HoursEntry.person,
    LevelsGained.person,
    Person.person,
    Piece.person,
    Profile.person,
    RevokedCompletion.person,
    Tombstone.person,
    Withdrawal.person,
)

EXPORTS: Mapping[str, Export] = {
    **_OWN,
    "post_tests": rows_behind(PostTest.enrolment, FigureRow.enrolment, FigureRow.person),
}
