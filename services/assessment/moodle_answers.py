"""The answers of Moodle XML's questions that are no choice: numbers, texts and pairs."""

import re
from collections.abc import Callable, Iterator

from services.assessment.preview import AcceptedNumber, AcceptedText, Pair
from services.assessment.question_rules import Fault, credit, decimal
from services.assessment.xml_tree import Element

TextOf = Callable[[Element | None], str]
"""Gives the text of an element in the format of its question."""

_FRACTION = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,10})?")
_ANYTHING = "*"


def fraction_of(answer: Element) -> float:
    """Return an answer's part of the mark in per cent, which without a word is nothing."""
    written = answer.attributes.get("fraction", "0").strip()
    if not _FRACTION.fullmatch(written) or abs(float(written)) > 100:
        detail = f'An answer has the fraction {written[:40]!r}; write fraction="100" or fraction="0".'
        raise Fault("fraction", detail, answer.line)
    return float(written)


def numbers_of(element: Element, text_of: TextOf) -> Iterator[AcceptedNumber]:
    """Yield the numbers that a question accepts; the answer `*` is for any other and accepts nothing."""
    for answer in element.all("answer"):
        if (written := answer.said("text")) != _ANYTHING:
            tolerance = answer.said("tolerance") or "0"
            earned = credit(fraction_of(answer), answer.line)
            feedback = text_of(answer.first("feedback"))
            yield AcceptedNumber(decimal(written, answer.line), decimal(tolerance, answer.line), earned, feedback)


def texts_of(element: Element, text_of: TextOf) -> Iterator[AcceptedText]:
    """Yield the patterns that a question accepts, which are plain text in any format."""
    for answer in element.all("answer"):
        earned = credit(fraction_of(answer), answer.line)
        yield AcceptedText(answer.said("text"), earned, text_of(answer.first("feedback")))


def pairs_of(element: Element, text_of: TextOf) -> Iterator[Pair]:
    """Yield the pairs of a question; one without a prompt is a match that belongs to none."""
    for pair in element.all("subquestion"):
        yield Pair(text_of(pair), text_of(pair.first("answer")))


def settings_left(element: Element, kind: str) -> Iterator[tuple[Element, str]]:
    """Yield the settings that such a question loses, each with the reason."""
    units = element.first("units")
    if kind == "numeric" and units is not None and units.all("unit"):
        yield units, "units are not kept; the answer is a bare number, so name the unit in the question"
    use_case = element.first("usecase")
    if kind == "short_answer" and use_case is not None and use_case.text == "1":
        yield use_case, "capital and small letters are not told apart in answers"
    for answer in element.all("answer") if kind == "numeric" else ():
        if answer.said("text") == _ANYTHING:
            yield answer, "what it says to any other answer is not kept"
