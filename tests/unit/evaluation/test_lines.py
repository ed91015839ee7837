"""Lines of the ledger: which evidence counts, and which only stays to be seen."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.evaluation.model.lines import (
    SOURCE_OF_COMPLETIONS,
    Line,
    Role,
    Standing,
    first_day_of,
    kind_of,
    month_of,
    rater_role_of,
    settled,
    source_of_ratings,
    source_of_tests,
    standings,
)

COURSE, ENROLMENT, OTHER_ENROLMENT = UUID(int=1), UUID(int=2), UUID(int=3)


def attempt(
    piece: int,
    role: Role,
    *,
    hour: int = 9,
    enrolment: UUID = ENROLMENT,
    revision: int = 1,
    withdrawn: bool = False,
    weight: int = -1,
) -> Line:
    return Line(
        piece=UUID(int=100 + piece),
        revision=revision,
        competency="komunikasi",
        source=source_of_tests(COURSE),
        dated_on=date(2026, 3, 2),
        weights=(weight, 0, 0, 0, 0),
        rule_set="x",
        enrolment=enrolment,
        role=role,
        handed_in_at=datetime(2026, 3, 2, hour, tzinfo=UTC),
        withdrawn=withdrawn,
    )


def completion(revision: int, *, in_force: bool = True) -> Line:
    return Line(
        piece=ENROLMENT,
        revision=revision,
        competency="komunikasi",
        source=SOURCE_OF_COMPLETIONS,
        dated_on=date(2026, 3, 2),
        weights=(-revision, 0, 0, 0, 0),
        rule_set="x",
        enrolment=ENROLMENT,
        in_force=in_force,
    )


def standing_of(*lines: Line) -> list[Standing]:
    """Give the standing of each piece, in the order of the pieces."""
    return [standing for _, standing in sorted(standings(lines).items())]


def test_the_first_pre_test_counts_while_there_is_no_post_test() -> None:
    assert standing_of(attempt(1, "pre")) == [Standing.COUNTS]


def test_a_later_pre_test_does_not_count() -> None:
    assert standing_of(attempt(1, "pre", hour=10), attempt(2, "pre", hour=9)) == [
        Standing.LATER_PRE_TEST,
        Standing.COUNTS,
    ]


def test_of_pre_tests_handed_in_together_the_lesser_id_counts() -> None:
    assert standing_of(attempt(2, "pre"), attempt(1, "pre")) == [Standing.COUNTS, Standing.LATER_PRE_TEST]


def test_a_post_test_of_the_same_enrolment_supersedes_the_pre_test() -> None:
    assert standing_of(attempt(1, "pre"), attempt(2, "post")) == [Standing.SUPERSEDED, Standing.COUNTS]


def test_a_post_test_of_another_enrolment_supersedes_nothing() -> None:
    lines = [attempt(1, "pre"), attempt(2, "post", enrolment=OTHER_ENROLMENT)]
    assert standing_of(*lines) == [Standing.COUNTS, Standing.COUNTS]


def test_when_the_post_test_is_annulled_the_pre_test_counts_again() -> None:
    lines = [attempt(1, "pre"), attempt(2, "post", withdrawn=True)]
    assert standing_of(*lines) == [Standing.COUNTS, Standing.WITHDRAWN]


def test_when_the_first_pre_test_is_annulled_the_second_counts() -> None:
    lines = [attempt(1, "pre", withdrawn=True), attempt(2, "pre", hour=11)]
    assert standing_of(*lines) == [Standing.WITHDRAWN, Standing.COUNTS]


def test_every_post_test_counts_and_no_quiz_does() -> None:
    lines = [attempt(1, "post"), attempt(2, "post", hour=12), attempt(3, "quiz")]
    assert standing_of(*lines) == [Standing.COUNTS, Standing.COUNTS, Standing.QUIZ]


def test_a_re_mark_replaces_the_lower_revision_whichever_came_first() -> None:
    first, second = attempt(1, "post", weight=-5), attempt(1, "post", weight=-3, revision=2)
    assert settled([first, second]) == settled([second, first]) == [second]


def test_an_annulment_holds_for_every_revision() -> None:
    annulled, remarked = attempt(1, "post", withdrawn=True), attempt(1, "post", revision=2)
    for lines in ([annulled, remarked], [remarked, annulled]):
        (line,) = settled(lines)
        assert (line.revision, line.withdrawn) == (2, True)


def test_a_revoked_completion_counts_no_more_until_it_is_judged_again() -> None:
    revoked = [completion(2, in_force=False), completion(1)]
    assert standing_of(*revoked) == [Standing.REVOKED]
    assert standing_of(*revoked, completion(3)) == [Standing.COUNTS]


def test_a_pre_test_needs_its_time_of_handing_in() -> None:
    line = attempt(1, "pre")
    timeless = Line(
        piece=line.piece,
        revision=1,
        competency=line.competency,
        source=line.source,
        dated_on=line.dated_on,
        weights=line.weights,
        rule_set="x",
        enrolment=ENROLMENT,
        role="pre",
    )
    with pytest.raises(ValueError, match="no time of handing in"):
        standings([timeless])


def test_months_are_numbered_without_a_gap() -> None:
    assert month_of(date(2026, 1, 31)) == month_of(date(2025, 12, 1)) + 1
    assert first_day_of(month_of(date(2025, 12, 31))) == date(2025, 12, 1)


def test_a_source_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'hearsay'"):
        kind_of("hearsay")


def test_a_source_of_ratings_names_the_raters_and_no_other_source_does() -> None:
    assert rater_role_of(source_of_ratings("assessment_centre")) == "assessment_centre"
    assert rater_role_of(source_of_tests(COURSE)) is rater_role_of(SOURCE_OF_COMPLETIONS) is None
