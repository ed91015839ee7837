"""What is taken from a GIFT file, what is left behind and said so, and what must be mended first."""

from decimal import Decimal
from pathlib import Path

import pytest

from services.assessment.gift import read_gift
from services.assessment.preview import Option, Pair
from services.assessment.question_rules import Limits

DEMO = Path(__file__).parents[3] / "deploy" / "demo" / "semarang"
TAGS = "// [tag:kompetensi:PP] [tag:tingkat:3]\n"
CAPITAL = "::Ibu kota::Ibu kota Jawa Tengah adalah {=Semarang ~Surakarta ~Salatiga ~Tegal}"


def faults(source: bytes | str, limits: Limits | None = None) -> list[tuple[int, int, str]]:
    errors = read_gift(source, limits=limits).errors
    assert all(error.detail.endswith(".") for error in errors)
    return [(error.question, error.line, error.code) for error in errors]


def test_a_single_choice_question_is_taken_with_options_feedback_and_tags() -> None:
    preview = read_gift(
        "// question: 17  name: Ibu kota\n"
        "// [id:k-01] [tag:kompetensi:PP] [tag:tingkat:2] [tag:lain]\n"
        "::Ibu kota::Ibu kota Jawa Tengah adalah {\n"
        "  =Semarang#Benar.\n"
        "  ~Surakarta#Kota keraton.\n"
        "  ~%0%Salatiga\n"
        "  ####Sejak 1950.\n"
        "}\n"
    )

    assert preview.errors == ()
    (question,) = preview.questions
    assert (question.title, question.text, question.kind) == ("Ibu kota", "Ibu kota Jawa Tengah adalah", "single")
    assert (question.competency, question.level, question.feedback, question.line) == ("PP", 2, "Sejak 1950.", 3)
    assert question.options == (
        Option("Semarang", True, "Benar."),
        Option("Surakarta", False, "Kota keraton."),
        Option("Salatiga", False, ""),
    )


@pytest.mark.parametrize(
    ("answers", "right", "said"),
    [
        ("{T}", "Benar", ("", "")),
        ("{TRUE#Keliru.#Tepat.}", "Benar", ("Tepat.", "Keliru.")),
        ("{false#Keliru.#Tepat.}", "Salah", ("Keliru.", "Tepat.")),
        ("{F####Penjelasan umum.}", "Salah", ("", "")),
    ],
)
def test_a_true_false_question_has_two_options(answers: str, right: str, said: tuple[str, str]) -> None:
    (question,) = read_gift(f"{TAGS}Maklumat wajib dipublikasikan. {answers}").questions

    assert question.kind == "true_false"
    assert [option.text for option in question.options] == ["Benar", "Salah"]
    assert [option.text for option in question.options if option.correct] == [right]
    assert tuple(option.feedback for option in question.options) == said


def test_tags_come_from_the_category_until_a_question_has_its_own() -> None:
    preview = read_gift(
        "$CATEGORY: $course$/top/kompetensi/PP/tingkat/2\n\n"
        f"{CAPITAL}\n\n"
        "// [tag:tingkat:3]\n"
        f"{CAPITAL}\n\n"
        "$CATEGORY: kompetensi/KOM/tingkat/1\n"
        f"{CAPITAL}\n"
    )

    assert preview.errors == ()
    assert [(question.competency, question.level) for question in preview.questions] == [
        ("PP", 2),
        ("PP", 3),
        ("KOM", 1),
    ]


def test_escaped_signs_are_text() -> None:
    (question,) = read_gift(
        TAGS + r"::Rumus\: IKM::Nilai \{U1\} \= 3\~4 \# wajar?\nPilih satu. {=SKM \= 3#A \# B ~50\:50}"
    ).questions

    assert question.title == "Rumus: IKM"
    assert question.text == "Nilai {U1} = 3~4 # wajar?\nPilih satu."
    assert question.options == (Option("SKM = 3", True, "A # B"), Option("50:50", False, ""))


def test_a_format_and_text_after_the_answers_are_kept() -> None:
    (question,) = read_gift(f"{TAGS}[html]<p>UU 25 tahun {{=2009 ~2019}} tentang apa</p>").questions

    assert question.text_format == "html"
    assert question.text == "<p>UU 25 tahun _____ tentang apa</p>"
    assert question.title == question.text, "a question without a title is named by its text"


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ("{=Cepat ~%50%Mudah ~Mahal}", "single"),
        ("{}", "essay"),
        ("{####Kunci penilaian.}", "essay"),
        ("", "description"),
    ],
)
def test_other_kinds_are_recognised_and_left_out_with_a_reason(answers: str, kind: str) -> None:
    preview = read_gift(f"{TAGS}{CAPITAL}\n\n// lanjutan\n::Kedua::Pertanyaan kedua {answers}\n")

    assert preview.errors == ()
    assert len(preview.questions) == 1
    (left,) = preview.not_carried_over
    assert (left.question, left.line, left.title, left.kind) == (2, 5, "Kedua", kind)
    assert left.sentence.startswith(f"Not carried over: {kind}, question 2 (line 5), because ")


@pytest.mark.parametrize(
    ("answers", "rights", "told"),
    [
        ("{~%50%Cepat ~%50%Mudah ~%-50%Mahal}", ["Cepat", "Mudah"], []),
        ("{=%50%Cepat =%50%Mudah ~%-50%Mahal}", ["Cepat", "Mudah"], []),
        ("{~%100%Cepat ~%-100%Mahal#Tidak.}", ["Cepat"], []),
        ("{~%70%Cepat ~%30%Mudah ~Mahal}", ["Cepat", "Mudah"], ["weights"]),
        ("{~%50%Cepat ~%50%Mudah ~%-100%Mahal}", ["Cepat", "Mudah"], ["weights"]),
    ],
)
def test_a_multiple_choice_is_taken_and_weights_that_it_loses_are_told(
    answers: str, rights: list[str], told: list[str]
) -> None:
    preview = read_gift(f"{TAGS}Pelayanan yang baik itu {answers}")

    (question,) = preview.questions
    assert question.kind == "multiple"
    assert [option.text for option in question.options if option.correct] == rights
    assert [one.kind for one in preview.not_carried_over] == told


@pytest.mark.parametrize(
    ("answers", "accepted"),
    [
        ("{#2009}", [("2009", "0", 10_000, "")]),
        ("{#2009:1####Undang-undang.}", [("2009", "1", 10_000, "")]),
        ("{#3..4}", [("3.5", "0.5", 10_000, "")]),
        ("{#=2009:0#Tepat. =%50%2010:0.5}", [("2009", "0", 10_000, "Tepat."), ("2010", "0.5", 5_000, "")]),
        ("{#-1.25:0.05}", [("-1.25", "0.05", 10_000, "")]),
    ],
)
def test_a_numeric_question_is_taken_with_its_tolerances(
    answers: str, accepted: list[tuple[str, str, int, str]]
) -> None:
    (question,) = read_gift(f"{TAGS}Tahun berapa? {answers}").questions

    assert (question.kind, question.options) == ("numeric", ())
    found = [(one.value, one.tolerance, one.credit, one.feedback) for one in question.numbers]
    assert found == [(Decimal(value), Decimal(tolerance), *rest) for value, tolerance, *rest in accepted]


def test_a_short_answer_is_taken_with_its_patterns() -> None:
    (question,) = read_gift(TAGS + r"Ibu kota? {=Semarang =%50%Kota S*#Hampir. =%0%1\=1 \*}").questions

    assert question.kind == "short_answer"
    assert [(one.pattern, one.credit, one.feedback) for one in question.texts] == [
        ("Semarang", 10_000, ""),
        ("Kota S*", 5_000, "Hampir."),
        (r"1=1 \*", 0, ""),
    ]


def test_a_matching_question_is_taken_with_matches_that_belong_to_nothing() -> None:
    (question,) = read_gift(f"{TAGS}Pasangkan. {{=Jateng -> Semarang =Kepri -> Tanjungpinang = -> Serang}}").questions

    assert (question.kind, question.options) == ("matching", ())
    assert question.pairs == (Pair("Jateng", "Semarang"), Pair("Kepri", "Tanjungpinang"), Pair("", "Serang"))


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        (CAPITAL, 1, "competency_missing"),
        (f"// [tag:kompetensi:PP]\n{CAPITAL}", 2, "level_missing"),
        (f"// [tag:kompetensi:P P] [tag:tingkat:3]\n{CAPITAL}", 1, "competency_form"),
        (f"\n// [tag:kompetensi:PP]\n// [tag:tingkat:6]\n{CAPITAL}", 3, "level_form"),
        (f"// [tag:kompetensi:PP]\n// [tag:tingkat:٣]\n{CAPITAL}", 2, "level_form"),
        (f"$CATEGORY: kompetensi/PP/tingkat/tinggi\n\n{CAPITAL}", 1, "level_form"),
        (f"$CATEGORY: umum\n\n{CAPITAL}", 3, "competency_missing"),
        (f"{TAGS}// [tag:tingkat:4]\n{CAPITAL}", 2, "level_twice"),
        (f"{TAGS}::Tanpa akhir {{=a ~b}}", 2, "title_open"),
        (f"{TAGS}Tanya {{=a ~b", 2, "brace_open"),
        (f"{TAGS}Tanya {{=a\n\n~b}}", 2, "brace_open"),
        (f"{TAGS}Tanya }} {{=a ~b}}", 2, "brace"),
        (f"{TAGS}Tanya {{=a ~b}} dan {{=c ~d}}", 2, "brace"),
        (f"{TAGS}Tanya {{Semarang}}", 2, "answers"),
        (f"{TAGS}Tanya {{Pilih =a ~b}}", 2, "answers"),
        (f"{TAGS}Tanya {{~a ~b}}", 2, "right_options"),
        (f"{TAGS}Tanya {{=a =b ~c}}", 2, "right_options"),
        (f"{TAGS}Tanya {{~%-50%a ~%0%b}}", 2, "right_options"),
        (f"{TAGS}Tanya {{#dua}}", 2, "number"),
        (f"{TAGS}Tanya {{#3,5}}", 2, "number"),
        (f"{TAGS}Tanya {{#4..3}}", 2, "number"),
        (f"{TAGS}Tanya {{#3:-1}}", 2, "number"),
        (f"{TAGS}Tanya {{#=%50%3}}", 2, "right_answers"),
        (f"{TAGS}Tanya {{#=%101%3}}", 2, "weight"),
        (f"{TAGS}Tanya {{#=3 ~4}}", 2, "answers"),
        (f"{TAGS}Tanya {{=%-10%a =b}}", 2, "weight"),
        (f"{TAGS}Tanya {{=a =}}", 2, "answer_empty"),
        (f"{TAGS}Tanya {{=" + "a" * 501 + "}", 2, "too_long"),
        (f"{TAGS}Tanya {{=a -> b}}", 2, "pair_count"),
        (f"{TAGS}Tanya {{=a -> b =c -> b}}", 2, "pair_count"),
        (f"{TAGS}Tanya {{=a -> b =A -> c}}", 2, "prompt_twice"),
        (f"{TAGS}Tanya {{=a -> b =c}}", 2, "pair_empty"),
        (f"{TAGS}Tanya {{=a ~A}}", 2, "option_twice"),
        (f"{TAGS}Tanya {{=a ~}}", 2, "option_empty"),
        (f"{TAGS}::Judul::{{=a ~b}}", 2, "text_missing"),
        (f"{TAGS}Tanya \x07 {{=a ~b}}", 2, "control_character"),
        (f"{TAGS}Tanya {{=a " + "".join(f"~{number}" for number in range(30)) + "}", 2, "option_count"),
    ],
)
def test_a_faulty_question_is_an_error_with_its_line(text: str, line: int, code: str) -> None:
    assert faults(text)[0] == (1, line, code)
    assert read_gift(text).questions == ()


def test_one_faulty_question_does_not_hide_the_others() -> None:
    preview = read_gift(f"{TAGS}{CAPITAL}\n\n{TAGS}Tanya {{=a ~a}}\n\n{TAGS}{CAPITAL}\n\nTanya {{=a ~b}}")

    assert [question.line for question in preview.questions] == [2, 8]
    assert [(error.question, error.title, error.code) for error in preview.errors] == [
        (2, "Tanya", "option_twice"),
        (4, "Tanya", "competency_missing"),
    ]


def test_any_line_ending_and_a_byte_order_mark_are_understood() -> None:
    unix = f"{TAGS}{CAPITAL}\n\n{TAGS}{CAPITAL}\n"

    for ending in ("\n", "\r\n", "\r"):
        assert read_gift(b"\xef\xbb\xbf" + unix.replace("\n", ending).encode()) == read_gift(unix)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", (0, 1, "no_questions")),
        ("// hanya komentar\n", (0, 1, "no_questions")),
        (f"{TAGS}caf".encode() + b"\xe9 {=a ~b}", (0, 2, "not_utf8")),
        ("\nTanya \ud800 {=a ~b}", (0, 2, "not_utf8")),
    ],
)
def test_a_file_that_holds_no_questions_is_refused(source: bytes | str, expected: tuple[int, int, str]) -> None:
    assert faults(source) == [expected]


def test_limits_are_kept_and_named() -> None:
    two = f"{TAGS}{CAPITAL}\n\n{TAGS}{CAPITAL}\n"

    assert faults(two, Limits(max_bytes=50)) == [(0, 1, "file_too_large")]
    assert faults(two, Limits(max_questions=1)) == [(0, 5, "too_many_questions")]
    assert faults(two, Limits(max_text=10)) == [(1, 2, "too_long"), (2, 5, "too_long")]
    assert faults(two, Limits(max_option=6)) == [(1, 2, "too_long"), (2, 5, "too_long")]


@pytest.mark.parametrize("bank", ["pre-test.gift", "post-test.gift"])
def test_the_demo_banks_can_be_read_without_errors(bank: str) -> None:
    preview = read_gift((DEMO / bank).read_bytes())

    assert (preview.errors, preview.not_carried_over) == ((), ())
    assert len(preview.questions) >= 12
    assert {question.competency for question in preview.questions} == {"PP"}
    assert {question.level for question in preview.questions} == {2, 3}
    assert all(len(question.options) == 4 for question in preview.questions)
    assert len({question.text for question in preview.questions}) == len(preview.questions)
