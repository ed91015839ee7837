"""What makes a version, and what stops one; which competencies count."""

from datetime import UTC, date, datetime

import pytest

from services.assessment.model import Assessment, AssessmentVersion, Bank, Framework, Question
from services.assessment.model.assessments import (
    AssessmentHasNoQuestions,
    FewerQuestionsThanDrawn,
    UnknownCompetency,
)
from services.assessment.model.copies import codes_in_force
from shared.ids import new_id
from tests.unit.assessment.test_banks import a_bank, found, take

AT = datetime(2026, 3, 2, tzinfo=UTC)


def an_assessment(bank: Bank, *, draw: int | None = None) -> Assessment:
    return Assessment.author(
        bank.tenant, code="post", title="Tes", role="post", bank=bank, draw=draw, attempts_allowed=None
    )


def questions(bank: Bank, count: int = 3) -> list[Question]:
    return take(bank, *(found(f"T{number}", f"Nomor {number}?") for number in range(count))).added


def publish(
    assessment: Assessment, asked: list[Question], *, latest: AssessmentVersion | None = None, known: str = "PP"
) -> AssessmentVersion:
    return assessment.publish(asked, competencies=[known], latest=latest, at=AT)


def test_a_version_holds_the_questions_in_the_order_of_the_bank() -> None:
    bank = a_bank()
    asked = questions(bank)
    assessment = an_assessment(bank)
    version = publish(assessment, asked)
    assert (version.version, assessment.version, version.maximum) == (1, 1, 3)
    assert version.questions == [str(one.id) for one in asked]


def test_the_same_questions_make_no_new_version() -> None:
    bank = a_bank()
    asked = questions(bank)
    assessment = an_assessment(bank)
    latest = publish(assessment, asked)
    assert publish(assessment, asked, latest=latest) is latest
    assert assessment.version == 1


def test_other_questions_make_the_next_version() -> None:
    bank = a_bank()
    asked = questions(bank)
    assessment = an_assessment(bank)
    latest = publish(assessment, asked)
    assert publish(assessment, asked[:2], latest=latest).version == assessment.version == 2


def test_an_empty_bank_cannot_be_published() -> None:
    with pytest.raises(AssessmentHasNoQuestions):
        publish(an_assessment(a_bank()), [])


def test_a_draw_needs_as_many_questions_as_it_takes() -> None:
    bank = a_bank()
    assert publish(an_assessment(bank, draw=3), questions(bank)).maximum == 3
    with pytest.raises(FewerQuestionsThanDrawn):
        publish(an_assessment(bank, draw=4), questions(bank))


def test_an_unknown_competency_stops_a_publication() -> None:
    bank = a_bank()
    assessment = an_assessment(bank)
    with pytest.raises(UnknownCompetency):
        publish(assessment, questions(bank), known="INT")
    assert assessment.version == 0


def test_every_attempt_has_an_order_of_its_own_that_stays() -> None:
    bank = a_bank()
    version = publish(an_assessment(bank), questions(bank, count=8))
    first, second = new_id(), new_id()
    assert version.questions_for(first) == version.questions_for(first)
    assert sorted(version.questions_for(first)) == sorted(version.questions)
    assert version.questions_for(first) != version.questions_for(second)


def test_every_question_is_drawn_sooner_or_later() -> None:
    bank = a_bank()
    version = publish(an_assessment(bank, draw=2), questions(bank, count=4))
    drawn = [version.questions_for(new_id()) for _ in range(60)]
    assert {len(set(one)) for one in drawn} == {2}
    assert {question for one in drawn for question in one} == set(version.questions)


def test_the_newest_version_in_force_of_every_framework_counts() -> None:
    own, other = new_id(), new_id()

    def framework(id_: object, version: int, valid_from: date, *codes: str) -> Framework:
        return Framework(framework=id_, version=version, valid_from=valid_from, codes=list(codes))

    frameworks = [
        framework(own, 3, date(2027, 1, 1), "LATER"),
        framework(own, 2, date(2026, 1, 1), "NOW"),
        framework(own, 1, date(2025, 1, 1), "BEFORE"),
        framework(other, 1, date(2025, 1, 1), "OTHER"),
    ]
    assert codes_in_force(frameworks, on=date(2026, 12, 31)) == {"NOW", "OTHER"}
    assert codes_in_force(frameworks, on=date(2027, 1, 1)) == {"LATER", "OTHER"}
