"""The national frameworks that a release brings."""

from datetime import date

import pytest

from services.evaluation.model.national import NationalFramework, national_on
from services.evaluation.model.payloads import RuleSetIsWrong
from services.evaluation.reference import national_frameworks
from services.identity.roster_row import POSITION_TYPES

NINE = {
    "INT": "Integritas",
    "KS": "Kerja Sama",
    "KOM": "Komunikasi",
    "OPH": "Orientasi pada Hasil",
    "PP": "Pelayanan Publik",
    "PDOL": "Pengembangan Diri dan Orang Lain",
    "MP": "Mengelola Perubahan",
    "PK": "Pengambilan Keputusan",
    "PB": "Perekat Bangsa",
}


def test_the_framework_holds_the_nine_competencies_in_the_order_of_the_dictionary() -> None:
    (framework,) = national_frameworks()
    assert list(framework.names.items()) == list(NINE.items())
    assert [one.code for one in framework.competencies if one.group == "sosial kultural"] == ["PB"]


def test_each_level_of_each_competency_has_a_statement_of_its_own() -> None:
    (framework,) = national_frameworks()
    assert len({statement for one in framework.competencies for statement in one.levels}) == 45


def test_every_position_type_of_a_roster_has_a_default_level() -> None:
    (framework,) = national_frameworks()
    assert framework.default_levels.keys() == POSITION_TYPES
    levels = framework.default_levels
    managerial = ("jpt_utama", "jpt_madya", "jpt_pratama", "administrator", "pengawas", "pelaksana")
    assert [levels[position] for position in managerial] == [5, 5, 4, 3, 2, 1]
    functional = ("pemula", "terampil", "mahir", "penyelia", "ahli_pertama", "ahli_muda", "ahli_madya", "ahli_utama")
    assert [levels[f"fungsional_{rung}"] for rung in functional] == [1, 2, 2, 3, 2, 3, 4, 5]
    assert len(framework.sources) == len(POSITION_TYPES)


def test_a_position_asks_for_its_level_of_every_competency() -> None:
    (framework,) = national_frameworks()
    assert {(one.competency, one.level) for one in framework.asked_of("pengawas")} == {(code, 2) for code in NINE}
    assert framework.asked_of("staf ahli") == []


def test_a_framework_is_in_force_from_its_day_on() -> None:
    (framework,) = national_frameworks()
    assert national_on([framework], date(2018, 12, 31)) is None
    assert national_on([framework], date(2019, 1, 1)) is framework


def test_a_level_that_is_none_is_refused_by_its_place() -> None:
    statements = dict.fromkeys("12345", "Bertindak")
    payload = {
        "code": "x",
        "valid_from": "2030-01-01",
        "source": "x",
        "competencies": {"INT": {"name": "Integritas", "group": "manajerial", "levels": statements}},
        "default_levels": {"pelaksana": {"level": 6, "source": "x"}},
    }
    with pytest.raises(RuleSetIsWrong, match=r"framework\.default_levels\.pelaksana\.level"):
        NationalFramework.from_payload(payload)
    payload["competencies"] = {"INT": {"name": "x", "group": "x", "levels": dict.fromkeys("1234", "Bertindak")}}
    with pytest.raises(RuleSetIsWrong, match=r"framework\.competencies\.INT\.levels\.5 is missing"):
        NationalFramework.from_payload(payload)
