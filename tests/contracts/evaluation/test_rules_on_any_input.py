"""What evaluation's rules promise whatever they are given."""

import statistics
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.evaluation.model.durations import quartiles
from services.evaluation.model.evidence import of_completion, of_items, of_rating
from services.evaluation.model.figures import PairSums
from services.evaluation.model.learning_hours import counted_minutes
from services.evaluation.model.ledger import buckets_of, read
from services.evaluation.model.lines import (
    SOURCE_OF_COMPLETIONS,
    Line,
    Role,
    source_of_ratings,
    source_of_tests,
)
from services.evaluation.model.profiles import read_profile
from services.evaluation.model.rates import wilson_interval
from services.evaluation.model.rule_sets import RuleSet, Scope
from shared.events.assessment import MarkedItem
from tests.unit.evaluation.test_evidence import item
from tests.unit.evaluation.test_figures import Pairs, sums_of
from tests.unit.evaluation.test_learning_hours import activity, march
from tests.unit.evaluation.test_ledger import NOW, ROLES
from tests.unit.evaluation.test_profiles import A_YEAR_LATER, FIRST, assessment_centre, attempt, completion, line


@st.composite
def ledgers(draw: st.DrawFn, rule_set: RuleSet) -> list[Line]:
    """Draw reports of ratings, tests and completions, with re-marks, annulments and repeats among them."""
    lines: list[Line] = []
    for number in range(draw(st.integers(1, 8))):
        role: Role | None = draw(st.sampled_from(ROLES))
        level = draw(st.integers(1, 5))
        completes = role is None and draw(st.booleans())
        source = (
            source_of_tests(UUID(int=1))
            if role
            else SOURCE_OF_COMPLETIONS
            if completes
            else source_of_ratings(draw(st.sampled_from(["peer", "supervisor"])))
        )
        day = date(2026, draw(st.integers(1, 12)), draw(st.integers(1, 28)))
        lines.extend(
            Line(
                piece=UUID(int=number),
                revision=revision,
                competency="komunikasi",
                source=source,
                dated_on=day,
                weights=of_completion(rule_set) if completes else of_rating(max(1, level - revision), "peer", rule_set),
                rule_set=rule_set.code,
                enrolment=UUID(int=draw(st.integers(50, 51))) if role or completes else None,
                role=role,
                handed_in_at=datetime(day.year, day.month, day.day, 8, tzinfo=UTC) if role else None,
                in_force=draw(st.booleans()) or not completes,
                withdrawn=draw(st.sampled_from([False, False, False, True])),
            )
            for revision in range(draw(st.integers(1, 2)))
        )
    return lines


@settings(max_examples=60)
@given(st.data())
def test_buckets_and_readings_do_not_depend_on_the_order_of_arrival(rule_set: RuleSet, data: st.DataObject) -> None:
    lines = data.draw(ledgers(rule_set))
    shuffled = data.draw(st.permutations([*lines, *lines[:2]]))
    assert buckets_of(shuffled) == buckets_of(lines)
    month = buckets_of(lines)[-1].month if buckets_of(lines) else NOW
    assert read(buckets_of(shuffled), month, rule_set.level) == read(buckets_of(lines), month, rule_set.level)


@settings(max_examples=60)
@given(st.data())
def test_a_withdrawn_piece_leaves_the_sums_as_if_it_had_never_come(rule_set: RuleSet, data: st.DataObject) -> None:
    lines = data.draw(ledgers(rule_set))
    piece = data.draw(st.sampled_from([line.piece for line in lines]))
    without = [line for line in lines if line.piece != piece]
    withdrawal = next(line for line in lines if line.piece == piece)
    withdrawn = [*lines, replace(withdrawal, withdrawn=True)]
    assert buckets_of(withdrawn) == buckets_of(without)


@settings(max_examples=10)
@given(data=st.data())
def test_evidence_that_comes_late_is_folded_in_its_month(
    rule_set: RuleSet, rule_sets: tuple[RuleSet, ...], data: st.DataObject
) -> None:
    lines = [
        assessment_centre(1, 4, FIRST, rule_set),
        completion(2, A_YEAR_LATER, rule_set),
        attempt(3, 12, date(2025, 8, 1), rule_set, level=3),
        line(4, "rating/peer", date(2025, 8, 9), of_rating(3, "peer", rule_set)),
    ]
    assert read_profile(data.draw(st.permutations(lines)), rule_sets) == read_profile(lines, rule_sets)


@settings(max_examples=50)
@given(
    drawn=st.lists(
        st.tuples(
            st.sampled_from(["B3", "B6", "C1", "C3", "C5", "C9"]),
            st.dictionaries(st.integers(1, 6).map(march), st.integers(0, 400), max_size=4),
            st.sampled_from(["domestic", "international"]),
        ),
        max_size=6,
    ),
    data=st.data(),
)
def test_counting_does_not_depend_on_the_order_of_activities(
    rule_set: RuleSet, drawn: list[tuple[str, dict[date, int], Scope]], data: st.DataObject
) -> None:
    activities = [activity(number, *each) for number, each in enumerate(drawn)]
    shuffled = data.draw(st.permutations(activities))
    assert counted_minutes(shuffled, [rule_set]) == counted_minutes(activities, [rule_set])


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            item,
            level=st.integers(1, 5),
            score=st.integers(0, 10_000),
            c=st.sampled_from([0.0, 0.2, 0.25, 0.5]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_weights_of_items_peak_at_nought_and_never_rise_above_the_cap(
    rule_set: RuleSet, items: list[MarkedItem]
) -> None:
    weights = of_items(items, rule_set)
    highest = max(marked.level for marked in items)
    assert max(weights) == 0
    assert max(weights[highest - 1 :]) == weights[highest - 1]


scores = st.integers(0, 10_000)


@settings(max_examples=50)
@given(st.lists(st.tuples(scores, scores), min_size=1, max_size=20), st.data())
def test_sums_do_not_depend_on_the_order_and_give_pairs_back(pairs: Pairs, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(pairs))
    assert sums_of(shuffled) == sums_of(pairs)
    first, *rest = pairs
    assert sums_of(pairs) - PairSums.of(*first) == sums_of(rest)


@given(st.integers(1, 500), st.data())
def test_the_interval_of_a_share_holds_it_and_stays_a_share(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    low, high = wilson_interval(count, n, 0.95)
    assert 0 <= low <= count / n <= high <= 1


@given(st.lists(st.integers(1, 400), min_size=2, max_size=60))
def test_quartiles_of_a_histogram_are_those_of_its_values(days: list[int]) -> None:
    found = quartiles(Counter(days))
    assert [found.lower, found.median, found.upper] == statistics.quantiles(days, n=4, method="inclusive")
