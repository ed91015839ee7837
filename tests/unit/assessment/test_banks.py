"""What a file brings into a bank."""

from collections.abc import Sequence
from datetime import UTC, datetime

from services.assessment import preview
from services.assessment.model import Bank, Intake, Question
from shared.ids import new_id

AT = datetime(2026, 3, 2, tzinfo=UTC)


def found(title: str = "Satu", text: str = "Berapa?", *, right: str = "tiga", level: int = 3) -> preview.Question:
    options = [preview.Option(one, one == right, "") for one in ("satu", "dua", "tiga")]
    return preview.Question(title, text, tuple(options), "single", "PP", level)


def a_bank() -> Bank:
    return Bank(id=new_id(), tenant=new_id(), code="b", title="B")


def take(bank: Bank, *questions: preview.Question, active: Sequence[Question] = ()) -> Intake:
    """Take questions, with lots that turn the order of the options round."""
    return bank.take(questions, active, at=AT, draw_lots=list.reverse)


def test_new_questions_are_numbered_in_the_order_of_the_file() -> None:
    intake = take(a_bank(), found("Satu", "Berapa?"), found("Dua", "Kapan?"))
    assert [(one.number, one.revision, one.title) for one in intake.added] == [(1, 1, "Satu"), (2, 1, "Dua")]
    assert [one.origin for one in intake.added] == [one.id for one in intake.added]


def test_ids_of_options_are_drawn_by_lot() -> None:
    (question,) = take(a_bank(), found(right="satu")).added
    assert [(option["id"], option["text"]) for option in question.options] == [(3, "satu"), (2, "dua"), (1, "tiga")]
    assert question.correct == 3


def test_a_question_taken_again_is_unchanged() -> None:
    bank = a_bank()
    active = take(bank, found()).added
    again = take(bank, found(), active=active)
    assert (again.unchanged, again.added, again.revised, again.retired) == (1, [], [], [])


def test_a_question_that_stands_twice_in_a_file_is_taken_once() -> None:
    assert len(take(a_bank(), found(), found()).added) == 1


def test_a_new_wording_under_the_same_title_is_the_next_revision() -> None:
    bank = a_bank()
    (first, other) = take(bank, found("Satu"), found("Dua", "Kapan?")).added
    intake = take(bank, found("Satu", right="dua"), active=[first, other])
    (fresh,) = intake.revised
    assert (fresh.origin, fresh.revision, fresh.number) == (first.id, 2, 1)
    assert fresh.id != first.id
    assert intake.retired == [first]
    assert first.retired_at is None
    assert intake.added == []


def test_two_questions_under_one_title_are_told_apart_by_their_wording() -> None:
    bank = a_bank()
    active = take(bank, found("Sama", "Berapa?"), found("Sama", "Kapan?")).added
    intake = take(bank, found("Sama", "Berapa?"), found("Sama", "Kapankah?"), active=active)
    assert (intake.unchanged, [one.text for one in intake.retired]) == (1, ["Kapan?"])


def test_a_question_of_another_title_comes_after_the_last() -> None:
    bank = a_bank()
    active = take(bank, found("Satu")).added
    (fresh,) = take(bank, found("Dua", "Kapan?"), active=active).added
    assert fresh.number == 2


def test_a_level_is_part_of_the_wording() -> None:
    bank = a_bank()
    active = take(bank, found(level=3)).added
    assert len(take(bank, found(level=4), active=active).revised) == 1
