"""Files of questions in Moodle XML, taken over HTTP as those in GIFT are."""

import pytest

from shared.web.auth import Role
from tests.api.assessment.conftest import City

XML = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/top/kompetensi/PP/tingkat/3</text></category></question>
<question type="multichoice">
  <name><text>Standar</text></name>
  <questiontext format="html"><text><![CDATA[<p>Siapa menetapkan standar pelayanan?</p>]]></text></questiontext>
  <generalfeedback><text>Lihat Pasal 20.</text></generalfeedback>
  <single>true</single>
  <answer fraction="100"><text>Penyelenggara</text><feedback><text>Betul sekali.</text></feedback></answer>
  <answer fraction="0"><text>Masyarakat</text></answer>
  <answer fraction="0"><text>Ombudsman</text></answer>
</question>
<question type="truefalse">
  <name><text>Gratifikasi</text></name>
  <questiontext><text>Gratifikasi wajib dilaporkan.</text></questiontext>
  <answer fraction="100"><text>true</text></answer>
  <answer fraction="0"><text>false</text></answer>
  <tags><tag><text>kompetensi:INT</text></tag></tags>
</question>
</quiz>
"""
ESSAY = '<question type="essay"><name><text>Cerita</text></name></question>\n</quiz>'
FAULTY = XML.replace('fraction="100"', 'fraction="0"', 1)
BOMB = '<!DOCTYPE quiz [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>\n<quiz>&b;</quiz>'


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml; charset=utf-8"])
def test_a_moodle_xml_file_is_taken_once(city: City, content_type: str) -> None:
    bank = city.bank(gift="")
    first, again = (city.import_moodle_xml(bank, XML, content_type=content_type) for _ in range(2))
    counts = ("added", "revised", "unchanged")
    assert [first.json[name] for name in counts] == [2, 0, 0], first.text
    assert [again.json[name] for name in counts] == [0, 0, 2]
    listed = city.trainer.get(f"/banks/{bank}/questions").json["items"]
    assert [(one["title"], one["kind"], one["competency"], one["level"]) for one in listed] == [
        ("Standar", "single_choice", "PP", 3),
        ("Gratifikasi", "true_false", "INT", 3),
    ]
    key = next(one for one in listed[0]["options"] if one["id"] == listed[0]["correct"])
    assert (key["text"], key["feedback"], listed[0]["feedback"]) == (
        "Penyelenggara",
        "Betul sekali.",
        "Lihat Pasal 20.",
    )


def test_a_preview_of_moodle_xml_changes_nothing(city: City) -> None:
    bank = city.bank(gift="")
    preview = city.import_moodle_xml(bank, FAULTY.replace("</quiz>", ESSAY), "?dry_run=true")
    assert (preview.status_code, preview.json["added"], len(preview.json["questions"])) == (200, 1, 1)
    assert [(one["question"], one["line"], one["code"]) for one in preview.json["errors"]] == [(1, 4, "right_options")]
    (left,) = preview.json["not_carried_over"]
    assert (left["question"], left["title"], left["kind"]) == (3, "Cerita", "essay")
    assert city.trainer.get(f"/banks/{bank}/questions").json["items"] == []


def test_moodle_xml_with_errors_is_not_taken_unless_the_good_questions_are_asked_for(city: City) -> None:
    bank = city.bank(gift="")
    refused = city.import_moodle_xml(bank, FAULTY)
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/questions-have-errors")
    assert refused.json["errors"]["1"][0]["code"] == "right_options"
    taken = city.import_moodle_xml(bank, FAULTY, "?good_questions=true")
    assert (taken.status_code, taken.json["added"]) == (200, 1)


@pytest.mark.parametrize(
    ("xml", "code"), [(BOMB, "xml_declarations"), ("<quiz>", "xml"), ("<html/>", "not_moodle_xml")]
)
def test_xml_that_is_no_file_of_questions_is_refused_whole(city: City, xml: str, code: str) -> None:
    refused = city.import_moodle_xml(city.bank(gift=""), xml, "?good_questions=true")
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/questions-have-errors")
    assert refused.json["errors"]["0"][0]["code"] == code


def test_moodle_xml_is_sent_as_xml_and_has_a_size(city: City) -> None:
    bank = city.bank(gift="")
    assert city.import_moodle_xml(bank, XML, content_type="text/plain").status_code == 415
    assert city.import_moodle_xml(bank, " " * 1_000_001).status_code == 413


@pytest.mark.parametrize("roles", [("learner",), ("manager",), ("analyst",)])
def test_only_trainers_and_administrators_import_moodle_xml(city: City, roles: tuple[Role, ...]) -> None:
    path = f"/banks/{city.bank(gift='')}/moodle-xml-imports"
    assert city.person(*roles).post(path, data=XML, content_type="text/xml").status_code == 403


def test_another_city_adds_nothing_to_a_bank(city: City) -> None:
    bank = city.bank(gift="")
    stranger = City(city.house).settle()
    assert stranger.import_moodle_xml(bank, XML).status_code == 404
    assert city.trainer.get(f"/banks/{bank}/questions").json["items"] == []


def test_nobody_without_a_token_imports_moodle_xml(city: City) -> None:
    path = f"/api/assessment/banks/{city.bank(gift='')}/moodle-xml-imports"
    assert city.house.app.test_client().post(path, data=XML, content_type="text/xml").status_code == 401
