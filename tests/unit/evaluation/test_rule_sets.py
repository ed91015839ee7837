"""Rule sets: read strictly, dated, each number with its source."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.evaluation.model.payloads import RuleSetIsWrong
from services.evaluation.model.rule_sets import NoRuleSetInForce, RuleSet, check_together, in_force
from services.evaluation.reference import national_payloads, national_rule_sets

Payload = dict[str, Any]


@pytest.fixture(scope="module")
def payloads() -> list[Payload]:
    return national_payloads()


@pytest.fixture
def payload(payloads: list[Payload]) -> Payload:
    return copy.deepcopy(payloads[0])


def test_the_national_rule_sets_can_be_read_and_stand_together() -> None:
    assert national_rule_sets()


def test_a_payload_reads_the_same_from_json(payload: Payload) -> None:
    as_json = json.loads(json.dumps(payload, default=str))
    assert RuleSet.from_payload(as_json) == RuleSet.from_payload(payload)


def test_every_number_of_the_ledger_has_a_source(rule_set: RuleSet) -> None:
    assert rule_set.sources["rule set.evidence.thetas"].startswith("own choice")
    assert "PP 11/2017" in rule_set.sources["rule set.learning_hours.entitlements.PNS"]
    for form in rule_set.hours.form_names:
        assert rule_set.sources[f"rule set.learning_hours.forms.{form}"]


def drop_the_prior(payload: Payload) -> None:
    del payload["level"]["prior"]


def misspell_a_key(payload: Payload) -> None:
    payload["level"]["half_live_months"] = {"value": 12, "source": "own choice"}


def leave_out_a_source(payload: Payload) -> None:
    del payload["evidence"]["score_spread"]["source"]


def empty_a_source(payload: Payload) -> None:
    payload["evidence"]["score_spread"]["source"] = " "


def write_a_number_as_text(payload: Payload) -> None:
    payload["level"]["probability"]["value"] = "0.8"


def write_yes_for_a_number(payload: Payload) -> None:
    payload["display"]["count_from"]["value"] = True


def give_four_levels(payload: Payload) -> None:
    payload["evidence"]["completion"]["value"] = [0.5, 0.6, 0.65, 0.65]


def spoil_the_sum_of_the_prior(payload: Payload) -> None:
    payload["level"]["prior"]["value"] = [0.2, 0.25, 0.35, 0.2, 0.1]


def ask_for_an_impossible_probability(payload: Payload) -> None:
    payload["level"]["probability"]["value"] = 1.2


def name_an_unknown_basis(payload: Payload) -> None:
    payload["learning_hours"]["forms"]["C3"]["domestic"]["basis"] = "hours"


def give_minutes_a_worth(payload: Payload) -> None:
    payload["learning_hours"]["forms"]["C3"]["domestic"]["jp"] = 3


def leave_a_hole_below_the_bands(payload: Payload) -> None:
    del payload["job_person_match"]["filling"]["KMS"]


def let_the_thresholds_fall(payload: Payload) -> None:
    payload["display"]["shown_from"]["value"] = 9


def write_half_a_day(payload: Payload) -> None:
    payload["valid_from"] = "2019-01"


def write_a_list_for_a_section(payload: Payload) -> None:
    payload["level"] = [1, 2]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (drop_the_prior, "rule set.level.prior is missing."),
        (misspell_a_key, "rule set.level has unknown keys: half_live_months. Take them out."),
        (leave_out_a_source, "rule set.evidence.score_spread.source is missing."),
        (empty_a_source, "rule set.evidence.score_spread.source must be a text that is not empty; it is ' '."),
        (
            write_a_number_as_text,
            "rule set.level.probability.value must be a number of at least 0.5 and at most 1; it is '0.8'.",
        ),
        (write_yes_for_a_number, "rule set.display.count_from.value must be a whole number of at least 1; it is True."),
        (
            give_four_levels,
            "rule set.evidence.completion.value must be five numbers, for the levels 1 to 5, each of at least 1e-06 "
            "and at most 1; it is [0.5, 0.6, 0.65, 0.65].",
        ),
        (spoil_the_sum_of_the_prior, "rule set.level.prior must add up to 1."),
        (
            ask_for_an_impossible_probability,
            "rule set.level.probability.value must be a number of at least 0.5 and at most 1; it is 1.2.",
        ),
        (
            name_an_unknown_basis,
            "rule set.learning_hours.forms.C3.domestic.basis must be minutes, day, time or activity; it is 'hours'.",
        ),
        (give_minutes_a_worth, "rule set.learning_hours.forms.C3.domestic has unknown keys: jp. Take them out."),
        (leave_a_hole_below_the_bands, "rule set.job_person_match.filling must have a band from 0 up."),
        (let_the_thresholds_fall, "rule set.display: the four thresholds must not fall."),
        (write_half_a_day, "rule set.valid_from must be a day such as 2019-01-01; it is '2019-01'."),
        (write_a_list_for_a_section, "rule set.level must be a mapping with text keys."),
    ],
)
def test_a_wrong_payload_is_refused_by_its_place(
    payload: Payload, spoil: Callable[[Payload], None], sentence: str
) -> None:
    spoil(payload)
    with pytest.raises(RuleSetIsWrong) as refusal:
        RuleSet.from_payload(payload)
    assert refusal.value.detail == sentence


def test_a_rule_set_holds_from_its_day_until_a_later_one(rule_set: RuleSet) -> None:
    later = replace(rule_set, code="later", valid_from=date(2027, 7, 1))
    assert in_force([later, rule_set], date(2027, 6, 30)) is rule_set
    assert in_force([later, rule_set], date(2027, 7, 1)) is later


def test_before_the_first_rule_set_none_is_in_force(rule_set: RuleSet) -> None:
    with pytest.raises(NoRuleSetInForce, match="No rule set is in force on 2018-12-31"):
        in_force([rule_set], date(2018, 12, 31))


def test_rule_sets_that_leave_open_which_one_holds_are_refused(rule_set: RuleSet) -> None:
    with pytest.raises(RuleSetIsWrong, match="same code"):
        check_together([rule_set, replace(rule_set, valid_from=date(2027, 1, 1))])
    with pytest.raises(RuleSetIsWrong, match="same valid_from"):
        check_together([rule_set, replace(rule_set, code="other")])


def test_the_first_rule_set_begins_with_a_month(rule_set: RuleSet) -> None:
    with pytest.raises(RuleSetIsWrong, match="first day of a month"):
        check_together([replace(rule_set, valid_from=date(2019, 1, 2))])
    check_together([rule_set, replace(rule_set, code="later", valid_from=date(2027, 7, 15))])
