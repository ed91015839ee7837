"""What is taken from a GIFT file, what is left behind and said so, and what must be mended first."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.gift import GiftLimits, Option, Preview, read_gift

DEMO = Path(__file__).parents[3] / "deploy" / "demo" / "semarang"
TAGS = "// [tag:kompetensi:PP] [tag:tingkat:3]\n"
CAPITAL = "::Ibu kota::Ibu kota Jawa Tengah adalah {=Semarang ~Surakarta ~Salatiga ~Tegal}"


def faults(source: bytes | str, limits: GiftLimits | None = None) -> list[tuple[int, int, str]]:
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
        ("{~%50%Cepat ~%50%Mudah ~%-100%Mahal}", "multiple"),
        ("{=Cepat ~%50%Mudah ~Mahal}", "multiple"),
        ("{=Jawa Tengah -> Semarang =Kepulauan Riau -> Tanjungpinang}", "matching"),
        ("{#2009:1}", "numeric"),
        ("{#2008..2010}", "numeric"),
        ("{#=%100%2009:0 =%50%2010:0}", "numeric"),
        ("{=Semarang =Kota Semarang}", "short_answer"),
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

    assert faults(two, GiftLimits(max_bytes=50)) == [(0, 1, "file_too_large")]
    assert faults(two, GiftLimits(max_questions=1)) == [(0, 5, "too_many_questions")]
    assert faults(two, GiftLimits(max_text=10)) == [(1, 2, "too_long"), (2, 5, "too_long")]
    assert faults(two, GiftLimits(max_option=6)) == [(1, 2, "too_long"), (2, 5, "too_long")]


@pytest.mark.parametrize("sign", ["[tag:", "\\", "{", "}", "~", "::", "#", "=", "//[tag:", " ", "%1"])
def test_a_long_run_of_one_sign_is_read_in_time(sign: str) -> None:
    assert isinstance(read_gift("// " + sign * (300_000 // len(sign))), Preview)
    assert isinstance(read_gift("a {=" + sign * (300_000 // len(sign))), Preview)


SIGNS = [*"{}=~#\\%:", "::", "####", "->", "\n", "\n\n", "T", "a", "1", "50%", "[html]", "$CATEGORY: ", TAGS]
GIFT_LIKE = st.lists(st.sampled_from(SIGNS) | st.text(max_size=5), max_size=40).map("".join)


@settings(deadline=None)
@given(st.binary(max_size=300) | GIFT_LIKE)
def test_no_input_whatsoever_breaks_the_reader(source: bytes | str) -> None:
    preview = read_gift(source)

    assert preview.questions or preview.errors or preview.not_carried_over
    for question in preview.questions:
        assert sum(option.correct for option in question.options) == 1


@pytest.mark.parametrize("bank", ["pre-test.gift", "post-test.gift"])
def test_the_demo_banks_can_be_read_without_errors(bank: str) -> None:
    preview = read_gift((DEMO / bank).read_bytes())

    assert (preview.errors, preview.not_carried_over) == ((), ())
    assert len(preview.questions) >= 12
    assert {question.competency for question in preview.questions} == {"PP"}
    assert {question.level for question in preview.questions} == {2, 3}
    assert all(len(question.options) == 4 for question in preview.questions)
    assert len({question.text for question in preview.questions}) == len(preview.questions)
