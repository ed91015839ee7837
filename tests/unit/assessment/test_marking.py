"""How answers are marked, and what an attempt lets its learner do."""

from datetime import UTC, date, datetime

import pytest

from services.assessment.model import AssessmentVersion, Attempt, Calibration, Enrolment, Item, Option
from services.assessment.model.attempts import AttemptIsHandedIn, AttemptsUsedUp, NotAskedHere, mean_score
from services.assessment.model.copies import ClassIsClosed, ClassNotOpenYet
from shared.ids import new_id

AT = datetime(2026, 3, 9, 17, 30, tzinfo=UTC)
"""The tenth of March in Jakarta, and still the ninth in UTC."""


def item(*, options: int = 4, correct: int = 2, calibration: Calibration | None = None) -> Item:
    return Item(
        id=new_id(),
        kind="single_choice",
        text="Berapa?",
        text_format="moodle",
        options=tuple(Option(id=one, text=f"{one}", feedback=f"said {one}") for one in range(1, options + 1)),
        right={"option": correct},
        feedback="in general",
        competency="PP",
        level=3,
        calibration=calibration,
    )


def enrolment(*, opens: date = date(2026, 3, 2), closes: date | None = None) -> Enrolment:
    return Enrolment(tenant=new_id(), id=new_id(), person=new_id(), course_version=1, opens=opens, closes=closes)


def version(items: list[Item], *, attempts_allowed: int | None = None) -> AssessmentVersion:
    return AssessmentVersion(
        assessment_id=new_id(),
        version=1,
        title="Tes",
        role="post",
        attempts_allowed=attempts_allowed,
        questions=[str(one.id) for one in items],
    )


def attempt(items: list[Item], **rest: int) -> Attempt:
    return Attempt.start(enrolment(), version(items, **rest), before=0, zone="Asia/Jakarta", at=AT)


@pytest.mark.parametrize(
    ("right", "total", "score"), [(0, 3, 0), (1, 3, 3_333), (2, 3, 6_667), (3, 3, 10_000), (1, 16, 625), (1, 32, 313)]
)
def test_a_score_is_the_proportion_right_rounded_half_up(right: int, total: int, score: int) -> None:
    assert mean_score([10_000] * right + [0] * (total - right)) == score


def test_a_wrong_answer_and_none_at_all_score_nothing() -> None:
    one = item(correct=2)
    assert [one.score({"option": option}) for option in (2, 1, None)] == [10_000, 0, 0]


def test_chance_is_one_in_the_number_of_options_until_an_item_is_calibrated() -> None:
    assert item(options=4).chance == 0.25
    assert item(calibration=Calibration(a=1.1, b=-0.4, c=0.18)).chance == 0.18


def test_feedback_is_on_the_option_and_then_on_the_question() -> None:
    assert item().feedback_on({"option": 3}) == "said 3\n\nin general"
    assert item().feedback_on(None) == "in general"


def test_options_have_an_order_for_each_attempt_that_says_nothing_about_the_author() -> None:
    one = item(options=5)
    first = new_id()
    turned = Item(**{name: getattr(one, name) for name in Item.__slots__} | {"options": one.options[::-1]})
    assert one.options_for(first) == turned.options_for(first)
    assert len({tuple(option.id for option in one.options_for(new_id())) for _ in range(30)}) > 5


def test_handing_in_marks_every_question() -> None:
    items = [item(), item(), item()]
    sat = attempt(items)
    grade = sat.hand_in(items, {items[0].id: {"option": 2}, items[1].id: {"option": 1}}, at=AT)
    assert (grade.revision, grade.score, grade.correct) == (1, 3_333, 1)
    assert [(mark["response"]["option"], mark["right"]["option"], mark["score"]) for mark in grade.marks] == [
        (2, 2, 10_000),
        (1, 2, 0),
        (None, 2, 0),
    ]
    assert (sat.state, sat.closed_on) == ("handed_in", date(2026, 3, 10))


def test_an_attempt_that_is_handed_in_takes_no_answer() -> None:
    items = [item()]
    sat = attempt(items)
    sat.hand_in(items, {}, at=AT)
    with pytest.raises(AttemptIsHandedIn):
        sat.require_answerable({items[0].id: {"option": 1}}, {items[0].id: items[0]}, at=AT)


@pytest.mark.parametrize("option", [0, 5])
def test_an_option_that_is_not_offered_is_refused(option: int) -> None:
    one = item()
    with pytest.raises(NotAskedHere):
        attempt([one]).require_answerable({one.id: {"option": option}}, {one.id: one}, at=AT)


def test_a_question_that_is_not_asked_is_refused() -> None:
    one, other = item(), item()
    with pytest.raises(NotAskedHere) as refused:
        attempt([one]).require_answerable({other.id: {"option": 1}}, {one.id: one}, at=AT)
    assert refused.value.parameters == {"questions": [str(other.id)]}


def test_an_open_attempt_has_no_moment_of_handing_in() -> None:
    sat = attempt([item()])
    assert sat.is_open
    with pytest.raises(ValueError, match="open"):
        _ = sat.closed_at


def test_attempts_are_counted_up_to_those_allowed() -> None:
    place, asked = enrolment(), version([item()], attempts_allowed=2)
    second = Attempt.start(place, asked, before=1, zone="Asia/Jakarta", at=AT)
    assert (second.number, second.enrolment, second.person) == (2, place.id, place.person)
    with pytest.raises(AttemptsUsedUp):
        Attempt.start(place, asked, before=2, zone="Asia/Jakarta", at=AT)


@pytest.mark.parametrize(
    ("place", "open_in", "not_in", "refusal"),
    [
        (enrolment(closes=date(2026, 3, 9)), "UTC", "Asia/Jakarta", ClassIsClosed),
        (enrolment(opens=date(2026, 3, 10)), "Asia/Jakarta", "UTC", ClassNotOpenYet),
    ],
)
def test_days_of_a_class_are_those_of_the_city(
    place: Enrolment, open_in: str, not_in: str, refusal: type[Exception]
) -> None:
    place.require_open(at=AT, zone=open_in)
    with pytest.raises(refusal):
        place.require_open(at=AT, zone=not_in)
