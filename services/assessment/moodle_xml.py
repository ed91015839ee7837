"""Reads questions from a Moodle XML file, and says of each question that is left out why.

The format is described at https://docs.moodle.org/en/Moodle_XML_format. A question's competency and level come from
its tags `kompetensi:PP` and `tingkat:3`, else from the category above it: `$course$/top/kompetensi/PP/tingkat/3`.
The reader never raises. Texts come out as written, HTML included: who shows them makes them safe.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast, get_args

from services.assessment.moodle_answers import fraction_of, numbers_of, pairs_of, settings_left, texts_of
from services.assessment.preview import Kind, NotCarriedOver, Option, Preview, Question, QuestionError
from services.assessment.question_rules import (
    LONGEST_TITLE,
    REASONS,
    WEIGHTS_LEFT,
    Fault,
    Labels,
    Limits,
    checked,
    decode,
    loses_weights,
    measured_by,
)
from services.assessment.xml_tree import Element, read_tree

_KINDS = {
    "truefalse": "true_false",
    "matching": "matching",
    "numerical": "numeric",
    "shortanswer": "short_answer",
    "essay": "essay",
    "description": "description",
}
_FORMATS = {"html": "html", "moodle_auto_format": "moodle", "plain_text": "plain", "markdown": "markdown"}
_BLOCK_END = re.compile(r"<(?:br|/(?:p|div|li|td|h[1-6]))\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-z/!][^<>]*>", re.IGNORECASE)
_YES, _NO = ("true", "1"), ("false", "0")


@dataclass(frozen=True)
class _Found:
    """A question of the file: its number from 1, its element, and the category above it with its line."""

    number: int
    element: Element
    category: str
    category_line: int


def read_moodle_xml(
    source: bytes | str,
    *,
    limits: Limits | None = None,
    true_false_words: tuple[str, str] = ("Benar", "Salah"),
) -> Preview:
    """Return what an import of this Moodle XML would take. `true_false_words` become the options of true/false."""
    limits = limits or Limits()
    try:
        quiz = read_tree(decode(source, limits))
        found = list(_questions_of(quiz, limits))
    except Fault as fault:
        return Preview(errors=(QuestionError(0, fault.line or 1, "", fault.code, fault.detail),))

    taken: list[Question] = []
    errors: list[QuestionError] = []
    left: list[NotCarriedOver] = []
    for one in found:
        number, line, title = one.number, one.element.line, _title(one.element)
        try:
            kind = _kind_of(one.element)
            if reason := _reason_to_leave(one.element, kind):
                left.append(NotCarriedOver(number, line, title, kind, reason))
            else:
                taken.append(_question(one, cast("Kind", kind), true_false_words, limits))
                left.extend(_settings_left(one, title, kind))
        except Fault as fault:
            errors.append(QuestionError(number, fault.line or line, title, fault.code, fault.detail))
    if not found:
        errors.append(QuestionError(0, quiz.line, "", "no_questions", "The file holds no question."))
    return Preview(tuple(taken), tuple(errors), tuple(left))


def _questions_of(quiz: Element, limits: Limits) -> Iterator[_Found]:
    if quiz.name != "quiz":
        detail = f"The file begins with <{quiz.name[:40]}>; a Moodle XML file of questions begins with <quiz>."
        raise Fault("not_moodle_xml", detail, quiz.line)
    number, category, category_line = 0, "", 0
    for element in quiz.all("question"):
        if element.attributes.get("type") == "category":
            category, category_line = element.said("category", "text"), element.line
            continue
        number += 1
        if number > limits.max_questions:
            detail = f"The file holds more than {limits.max_questions} questions; split it."
            raise Fault("too_many_questions", detail, element.line)
        yield _Found(number, element, category, category_line)


def _title(element: Element) -> str:
    """Return the question's name, else the beginning of its text as people read it."""
    title = element.said("name", "text") or _without_markup(element.said("questiontext", "text"))
    return title[:LONGEST_TITLE]


def _kind_of(element: Element) -> str:
    """Return our name for the question's type; a type that we have no name for keeps Moodle's."""
    written = element.attributes.get("type", "").strip()
    if not written:
        raise Fault("type_missing", 'The question has no type; write for example <question type="multichoice">.')
    if written != "multichoice":
        return _KINDS.get(written, written[:40])
    # Moodle, too, takes a multichoice question that says nothing for one with a single answer.
    single = element.said("single").lower() or "true"
    if single not in (*_YES, *_NO):
        raise Fault("single", f"<single> says {single[:40]!r}; write true or false.")
    return "single" if single in _YES else "multiple"


def _reason_to_leave(element: Element, kind: str) -> str:
    """Return why a sound question stays behind, or nothing."""
    if kind not in get_args(Kind):
        return REASONS.get(kind, "questions of this type are not supported")
    if element.said("hidden").lower() in _YES:
        return "it is hidden in Moodle"
    if any(one.name == "file" or "@@PLUGINFILE@@" in one.text for one in element.within()):
        return "it has a picture or another file with it, and files are not taken yet"
    if kind == "single" and any(fraction_of(answer) not in (0, 100) for answer in element.all("answer")):
        return REASONS["single"]
    return ""


def _settings_left(found: _Found, title: str, kind: str) -> Iterator[NotCarriedOver]:
    """Yield what a question that is taken loses. How it is shown and what retries cost is ours, and not told."""
    grade = found.element.first("defaultgrade")
    if grade and not re.fullmatch(r"1(\.0*)?", grade.text):
        reason = f"its mark of {grade.text[:20]} is not kept; every question counts the same"
        yield NotCarriedOver(found.number, grade.line, title, grade.name, reason)
    if kind == "multiple" and loses_weights([fraction_of(answer) for answer in found.element.all("answer")]):
        yield NotCarriedOver(found.number, found.element.line, title, "weights", WEIGHTS_LEFT)
    for setting, reason in settings_left(found.element, kind):
        yield NotCarriedOver(found.number, setting.line, title, setting.name, reason)


def _question(found: _Found, kind: Kind, words: tuple[str, str], limits: Limits) -> Question:
    element = found.element
    tags = [(tag.said("text"), tag.line) for tag in element.all("tags") for tag in tag.all("tag")]
    competency, level = measured_by(Labels(tags, found.category, found.category_line))
    text_format = _format_of(element.first("questiontext"))
    text_of = partial(_text, text_format=text_format)
    asked = Question(
        title=_title(element),
        text=_text(element.first("questiontext"), text_format),
        options=tuple(_options_of(kind, element, words, text_format)),
        numbers=tuple(numbers_of(element, text_of)) if kind == "numeric" else (),
        texts=tuple(texts_of(element, text_of)) if kind == "short_answer" else (),
        pairs=tuple(pairs_of(element, text_of)) if kind == "matching" else (),
        kind=kind,
        competency=competency,
        level=level,
        feedback=_text(element.first("generalfeedback"), text_format),
        text_format=text_format,
        line=element.line,
    )
    return checked(asked, limits)


def _options_of(kind: Kind, element: Element, words: tuple[str, str], text_format: str) -> Iterator[Option]:
    if kind == "true_false":
        return _truths(element, words, text_format)
    return _options(element, text_format) if kind in ("single", "multiple") else iter(())


def _options(element: Element, text_format: str) -> Iterator[Option]:
    for answer in element.all("answer"):
        yield Option(_text(answer, text_format), fraction_of(answer) > 0, _text(answer.first("feedback"), text_format))


def _truths(element: Element, words: tuple[str, str], text_format: str) -> Iterator[Option]:
    """Yield the two options of a true/false question, whose answers Moodle calls true and false in any language."""
    answers = {answer.said("text").lower(): answer for answer in element.all("answer")}
    if len(element.all("answer")) != len(words) or answers.keys() != {"true", "false"}:
        raise Fault("answers", "A true/false question has two answers, with the texts true and false.")
    for name, word in zip(("true", "false"), words, strict=True):
        feedback = _text(answers[name].first("feedback"), text_format)
        yield Option(word, fraction_of(answers[name]) > 0, feedback)


def _format_of(element: Element | None) -> str:
    """Return the name that a preview has for the format of an element's text; Moodle's own default is HTML."""
    written = element.attributes.get("format", "html").strip() if element else "html"
    if element and written not in _FORMATS:
        detail = f"The text format {written[:40]!r} is not known; use one of {', '.join(_FORMATS)}."
        raise Fault("format", detail, element.line)
    return _FORMATS[written]


def _text(element: Element | None, text_format: str) -> str:
    """Return the text of an element in the question's format; Moodle lets each of its texts have one of its own."""
    own = _format_of(element)
    written = element.first("text") if element else None
    if written is None:
        return ""
    if written.elements:
        detail = f"A text holds the element <{written.elements[0].name[:40]}>; put HTML into <![CDATA[ and ]]>."
        raise Fault("markup", detail, written.elements[0].line)
    if own == "html" and text_format == "plain":
        return _without_markup(written.text)
    # What is HTML may stand in Moodle's own format and in Markdown as it is.
    return html.escape(written.text, quote=False) if own == "plain" and text_format != "plain" else written.text


def _without_markup(text: str) -> str:
    """Return the words of an HTML text in one line, for people and not for a browser: nothing here makes it safe."""
    words = _MARKUP.sub("", _BLOCK_END.sub(" ", text))
    return " ".join(html.unescape(words).split())
