"""What is taken from a Moodle XML file, what is left behind and said so, and what must be mended first."""

from decimal import Decimal

import pytest

from services.assessment.gift import read_gift
from services.assessment.moodle_xml import read_moodle_xml
from services.assessment.preview import AcceptedNumber, AcceptedText, Option, Pair, Question
from services.assessment.question_rules import Limits

TAGS = "<tags><tag><text>kompetensi:PP</text></tag><tag><text>tingkat:3</text></tag></tags>"
ANSWERS = (
    '<answer fraction="100"><text>Semarang</text></answer><answer fraction="0"><text>Surakarta</text></answer>'
    '<answer fraction="0"><text>Salatiga</text></answer>'
)
TRUTHS = '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'


def quiz(*questions: str) -> str:
    """Write a file whose first question begins on line 3, and every other one on a line of its own."""
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>", *questions, "</quiz>"])


def asked(inner: str = TAGS + ANSWERS, *, kind: str = "multichoice", text: str = "Ibu kota Jawa Tengah?") -> str:
    """Write a question with a name and a text, on one line."""
    name = "<name><text>Ibu kota</text></name>"
    return f'<question type="{kind}">{name}<questiontext><text>{text}</text></questiontext>{inner}</question>'


def category(path: str) -> str:
    return f'<question type="category"><category><text>{path}</text></category></question>'


def taken(source: bytes | str) -> Question:
    preview = read_moodle_xml(source)
    assert (preview.errors, preview.not_carried_over) == ((), ())
    (question,) = preview.questions
    return question


def faults(source: bytes | str, limits: Limits | None = None) -> list[tuple[int, int, str]]:
    errors = read_moodle_xml(source, limits=limits).errors
    assert all(error.detail.endswith(".") for error in errors)
    return [(error.question, error.line, error.code) for error in errors]


def test_a_question_as_moodle_exports_it_is_taken_with_options_feedback_and_tags() -> None:
    question = taken("""<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 17  -->
  <question type="multichoice">
    <name><text>Ibu kota</text></name>
    <questiontext format="html"><text><![CDATA[<p>Ibu kota <b>Jawa Tengah</b> adalah</p>]]></text></questiontext>
    <generalfeedback format="html"><text>Sejak 1950.</text></generalfeedback>
    <defaultgrade>1.0000000</defaultgrade>
    <penalty>0.3333333</penalty>
    <hidden>0</hidden>
    <idnumber></idnumber>
    <single>true</single>
    <shuffleanswers>false</shuffleanswers>
    <answernumbering>abc</answernumbering>
    <correctfeedback format="html"><text>Jawaban Anda benar.</text></correctfeedback>
    <answer fraction="100" format="html">
      <text>Semarang</text><feedback format="html"><text>Benar.</text></feedback>
    </answer>
    <answer fraction="0" format="html">
      <text><![CDATA[Surakarta &amp; Sala]]></text><feedback><text/></feedback>
    </answer>
    <answer fraction="0"><text>Salatiga</text></answer>
    <hint format="html"><text>Bukan kota keraton.</text></hint>
    <tags><tag><text>lain</text></tag><tag><text>kompetensi:PP</text></tag><tag><text>tingkat:2</text></tag></tags>
  </question>
</quiz>
""")

    assert (question.title, question.kind, question.line) == ("Ibu kota", "single", 4)
    assert (question.text, question.text_format) == ("<p>Ibu kota <b>Jawa Tengah</b> adalah</p>", "html")
    assert (question.competency, question.level, question.feedback) == ("PP", 2, "Sejak 1950.")
    assert question.options == (
        Option("Semarang", True, "Benar."),
        Option("Surakarta &amp; Sala", False, ""),
        Option("Salatiga", False, ""),
    )


@pytest.mark.parametrize(("first", "second", "right"), [("true", "false", "Benar"), ("False", "TRUE", "Salah")])
def test_a_true_false_question_has_two_options(first: str, second: str, right: str) -> None:
    question = taken(
        quiz(
            asked(
                f'{TAGS}<answer fraction="100"><text>{first}</text><feedback><text>Tepat.</text></feedback></answer>'
                f'<answer fraction="0"><text>{second}</text><feedback><text>Keliru.</text></feedback></answer>',
                kind="truefalse",
            )
        )
    )

    assert question.kind == "true_false"
    assert [option.text for option in question.options] == ["Benar", "Salah"]
    assert [(option.text, option.feedback) for option in question.options if option.correct] == [(right, "Tepat.")]


def test_tags_come_from_the_category_until_a_question_has_its_own() -> None:
    preview = read_moodle_xml(
        quiz(
            category("$course$/top/kompetensi/PP/tingkat/2"),
            asked(ANSWERS),
            asked("<tags><tag><text> tingkat: 3 </text></tag></tags>" + ANSWERS),
            category("kompetensi/KOM/tingkat/1"),
            asked(TRUTHS, kind="truefalse"),
        )
    )

    assert preview.errors == ()
    assert [(one.competency, one.level) for one in preview.questions] == [("PP", 2), ("PP", 3), ("KOM", 1)]


def test_the_same_questions_in_gift_and_in_moodle_xml_are_the_same() -> None:
    gift = "// [tag:kompetensi:PP] [tag:tingkat:3]\n::Ibu kota::Ibu kota Jawa Tengah? {=Semarang ~Surakarta ~Salatiga}"
    (from_gift,) = read_gift(f"\n{gift}").questions

    xml = quiz(asked().replace("<questiontext>", '<questiontext format="moodle_auto_format">'))
    assert taken(xml) == from_gift


@pytest.mark.parametrize(
    ("question_format", "option_format", "written", "read"),
    [
        ("plain_text", "plain_text", "a &lt; b", "a < b"),
        ("html", "plain_text", "a &lt; b", "a &lt; b"),
        ("plain_text", "html", "<![CDATA[<p>a &lt; b</p><p>atau <i>c</i></p>]]>", "a < b atau c"),
        ("markdown", "html", "<![CDATA[<i>a</i>]]>", "<i>a</i>"),
    ],
)
def test_an_option_is_given_in_the_format_of_its_question(
    question_format: str, option_format: str, written: str, read: str
) -> None:
    option = f'<answer fraction="0" format="{option_format}"><text>{written}</text></answer>'
    xml = quiz(asked(TAGS + ANSWERS + option).replace("<questiontext>", f'<questiontext format="{question_format}">'))

    assert taken(xml).options[-1].text == read


def test_a_question_without_a_name_is_called_by_its_words() -> None:
    xml = quiz(asked(text="<![CDATA[<p>Ibu kota<br>Jawa&nbsp;Tengah?</p>]]>").replace("<text>Ibu kota</text>", ""))

    assert taken(xml).title == "Ibu kota Jawa Tengah?"


@pytest.mark.parametrize(
    ("kind", "inner", "told"),
    [
        ("multichoice", ANSWERS.replace('"0"', '"-33.33333"'), "single"),
        ("multichoice", ANSWERS.replace('"0"', '"50"'), "single"),
        ("multichoice", "<hidden>1</hidden>" + ANSWERS, "single"),
        ("multichoice", '<file name="peta.png" encoding="base64">iVBORw==</file>' + ANSWERS, "single"),
        ("truefalse", "<generalfeedback><text>@@PLUGINFILE@@/p.png</text></generalfeedback>" + TRUTHS, "true_false"),
        ("essay", "", "essay"),
        ("description", "", "description"),
        ("cloze", "", "cloze"),
        ("ddwtos", "", "ddwtos"),
    ],
)
def test_other_kinds_are_recognised_and_left_out_with_a_reason(kind: str, inner: str, told: str) -> None:
    preview = read_moodle_xml(quiz(asked(), asked(TAGS + inner, kind=kind)))

    assert preview.errors == ()
    assert len(preview.questions) == 1
    (left,) = preview.not_carried_over
    assert (left.question, left.line, left.title, left.kind) == (2, 4, "Ibu kota", told)
    assert left.sentence.startswith(f"Not carried over: {told}, question 2 (line 4), because ")


def pair(prompt: str, match: str) -> str:
    return f"<subquestion><text>{prompt}</text><answer><text>{match}</text></answer></subquestion>"


def answer(text: str, fraction: str = "100", inner: str = "") -> str:
    return f'<answer fraction="{fraction}"><text>{text}</text>{inner}</answer>'


@pytest.mark.parametrize(("wrong", "told"), [("-50", []), ("0", ["weights"]), ("-33.33333", ["weights"])])
def test_a_multiple_choice_is_taken_and_weights_that_it_loses_are_told(wrong: str, told: list[str]) -> None:
    answers = answer("Cepat", "50") + answer("Mudah", "50") + answer("Mahal", wrong)
    preview = read_moodle_xml(quiz(asked(f"<single>false</single>{TAGS}{answers}")))

    (question,) = preview.questions
    assert question.kind == "multiple"
    assert [option.text for option in question.options if option.correct] == ["Cepat", "Mudah"]
    assert [one.kind for one in preview.not_carried_over] == told


def test_a_numeric_question_is_taken_and_its_units_are_told() -> None:
    said = "<tolerance>0.5</tolerance><feedback><text>Tepat.</text></feedback>"
    rest = answer("*", "0") + "<units><unit><multiplier>1</multiplier><unit_name>hari</unit_name></unit></units>"
    preview = read_moodle_xml(
        quiz(asked(TAGS + answer("14", inner=said) + answer("13", "50") + rest, kind="numerical"))
    )

    (question,) = preview.questions
    assert question.kind == "numeric"
    assert question.numbers == (
        AcceptedNumber(Decimal(14), Decimal("0.5"), 10_000, "Tepat."),
        AcceptedNumber(Decimal(13), Decimal(0), 5_000, ""),
    )
    assert sorted(one.kind for one in preview.not_carried_over) == ["answer", "units"]


def test_a_short_answer_is_taken_and_its_strict_case_is_told() -> None:
    answers = f"<usecase>1</usecase>{answer('Semarang')}{answer('Kota S*', '50')}"
    preview = read_moodle_xml(quiz(asked(TAGS + answers, kind="shortanswer")))

    (question,) = preview.questions
    assert question.texts == (AcceptedText("Semarang", 10_000, ""), AcceptedText("Kota S*", 5_000, ""))
    assert [one.kind for one in preview.not_carried_over] == ["usecase"]


def test_a_matching_question_is_taken_with_matches_that_belong_to_nothing() -> None:
    pairs = pair("Jateng", "Semarang") + pair("Kepri", "Tanjungpinang") + pair("", "Serang")
    question = taken(quiz(asked(TAGS + pairs, kind="matching")))

    assert (question.kind, question.options) == ("matching", ())
    assert question.pairs == (Pair("Jateng", "Semarang"), Pair("Kepri", "Tanjungpinang"), Pair("", "Serang"))


@pytest.mark.parametrize(
    ("kind", "inner", "code"),
    [
        ("numerical", answer("dua"), "number"),
        ("numerical", answer("2", inner="<tolerance>-1</tolerance>"), "number"),
        ("numerical", answer("2", "50"), "right_answers"),
        ("numerical", answer("*"), "answer_count"),
        ("shortanswer", "", "answer_count"),
        ("shortanswer", answer("a") + answer("b", "-10"), "weight"),
        ("matching", pair("a", "b"), "pair_count"),
        ("matching", pair("a", "b") + pair("c", ""), "pair_empty"),
    ],
)
def test_a_faulty_question_of_another_kind_is_an_error(kind: str, inner: str, code: str) -> None:
    assert faults(quiz(asked(TAGS + inner, kind=kind))) == [(1, 3, code)]


def test_a_mark_other_than_one_is_told_and_its_question_is_taken() -> None:
    preview = read_moodle_xml(quiz(asked(f"\n<defaultgrade>2.5000000</defaultgrade>{TAGS}{ANSWERS}")))

    assert (len(preview.questions), preview.errors) == (1, ())
    (left,) = preview.not_carried_over
    assert (left.question, left.line, left.kind) == (1, 4, "defaultgrade")
    assert "2.5000000" in left.reason


@pytest.mark.parametrize(
    ("question", "line", "code"),
    [
        (asked(ANSWERS), 3, "competency_missing"),
        (asked("<tags><tag><text>kompetensi:PP</text></tag></tags>" + ANSWERS), 3, "level_missing"),
        (asked("\n" + TAGS.replace("PP", "P P") + ANSWERS), 4, "competency_form"),
        (asked("\n" + TAGS.replace("tingkat:3", "tingkat:6") + ANSWERS), 4, "level_form"),
        (asked("<tags>\n<tag><text>tingkat:1</text></tag></tags>" + TAGS + ANSWERS), 4, "level_twice"),
        (category("kompetensi/PP/tingkat/tinggi") + "\n" + asked(ANSWERS), 3, "level_form"),
        (asked(TAGS), 3, "right_options"),
        (asked(TAGS + ANSWERS.replace('"100"', '"0"')), 3, "right_options"),
        (asked(TAGS + ANSWERS.replace('"0"', '"100"')), 3, "right_options"),
        (asked(TAGS + '<answer fraction="100"><text>Ya</text></answer>'), 3, "option_count"),
        (asked(TAGS + ANSWERS.replace("Salatiga", "SEMARANG")), 3, "option_twice"),
        (asked(TAGS + ANSWERS.replace("Salatiga", " ")), 3, "option_empty"),
        (asked(TAGS + ANSWERS + '\n<answer fraction="penuh"><text>Tegal</text></answer>'), 4, "fraction"),
        (asked(TAGS + ANSWERS + '\n<answer fraction="101"><text>Tegal</text></answer>'), 4, "fraction"),
        (asked(TAGS + ANSWERS.replace("Salatiga", "<b>Salatiga</b>")), 3, "markup"),
        (asked(TAGS + ANSWERS.replace("Salatiga", "Sala&#x9b;tiga")), 3, "control_character"),
        (asked(TAGS + ANSWERS).replace("<questiontext>", '<questiontext format="latex">'), 3, "format"),
        (asked(TAGS + ANSWERS, text=""), 3, "text_missing"),
        (asked(TAGS + "<single>mungkin</single>" + ANSWERS), 3, "single"),
        (asked(TAGS + ANSWERS, kind=""), 3, "type_missing"),
        (asked(TAGS + TRUTHS.replace("true", "benar"), kind="truefalse"), 3, "answers"),
        (asked(TAGS + TRUTHS + TRUTHS, kind="truefalse"), 3, "answers"),
        (asked(TAGS + TRUTHS.replace('"0"', '"100"'), kind="truefalse"), 3, "right_options"),
    ],
)
def test_a_faulty_question_is_an_error_with_its_line(question: str, line: int, code: str) -> None:
    assert faults(quiz(question)) == [(1, line, code)]
    assert read_moodle_xml(quiz(question)).questions == ()


def test_one_faulty_question_does_not_hide_the_others() -> None:
    preview = read_moodle_xml(quiz(asked(), asked(TAGS), asked(), asked(ANSWERS)))

    assert [question.line for question in preview.questions] == [3, 5]
    assert [(error.question, error.title, error.code) for error in preview.errors] == [
        (2, "Ibu kota", "right_options"),
        (4, "Ibu kota", "competency_missing"),
    ]


BOMB = '<!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<quiz>&b;</quiz>'
FETCH = '<!DOCTYPE quiz [<!ENTITY passwords SYSTEM "file:///etc/passwd">]>\n<quiz>&passwords;</quiz>'


@pytest.mark.parametrize(
    ("source", "line", "code"),
    [
        (b"", 1, "xml"),
        ("::Ibu kota::Ibu kota Jawa Tengah? {=Semarang ~Tegal}", 1, "xml"),
        ("<quiz>\n<question>\n</quiz>", 3, "xml"),
        ("<quiz>\n&nbsp;</quiz>", 2, "xml"),
        ("<html/>", 1, "not_moodle_xml"),
        ("\n<quiz/>", 2, "no_questions"),
        (quiz(category("kompetensi/PP/tingkat/2")), 2, "no_questions"),
        (b"<quiz>\n\xe9</quiz>", 2, "not_utf8"),
        (quiz(asked()).encode("utf-16"), 1, "not_utf8"),
        ("<quiz>\n\ud800</quiz>", 2, "not_utf8"),
        (BOMB, 1, "xml_declarations"),
        (FETCH, 1, "xml_declarations"),
        ('\n<!DOCTYPE quiz SYSTEM "http://localhost/quiz.dtd">\n<quiz/>', 2, "xml_declarations"),
        ("<quiz>\n" + "<a>" * 100_000, 2, "too_deep"),
    ],
)
def test_a_file_that_is_none_of_questions_or_a_danger_is_refused(source: bytes | str, line: int, code: str) -> None:
    assert faults(source) == [(0, line, code)]


def test_the_encoding_that_a_file_declares_chooses_no_decoder() -> None:
    assert taken(quiz(asked()).replace("UTF-8", "utf-7")) == taken(quiz(asked()))
    assert taken(b"\xef\xbb\xbf" + quiz(asked()).encode()) == taken(quiz(asked()))


def test_limits_are_kept_and_named() -> None:
    two = quiz(asked(), asked())

    assert faults(two, Limits(max_bytes=50)) == [(0, 1, "file_too_large")]
    assert faults(two, Limits(max_questions=1)) == [(0, 4, "too_many_questions")]
    assert faults(two, Limits(max_text=10)) == [(1, 3, "too_long"), (2, 4, "too_long")]
    assert faults(two, Limits(max_option=6)) == [(1, 3, "too_long"), (2, 4, "too_long")]
