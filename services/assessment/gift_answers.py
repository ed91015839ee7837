"""The answers of GIFT's questions that are no single choice: weights, numbers, texts and pairs."""

import re
from collections.abc import Iterator

from services.assessment.gift_text import cut, pieces, take_format, unescape
from services.assessment.preview import AcceptedNumber, AcceptedText, Pair
from services.assessment.question_rules import Fault, credit, decimal

_WEIGHT = re.compile(r"\s*%(?P<weight>-?[0-9]{1,3}(?:\.[0-9]{1,5})?)%")
_PATTERN_ESCAPE = re.compile(r"\\([~=#{}:\\n*])")
_RIGHT = "="


def weight_of(answer: str) -> float | None:
    """Return the weight before an answer in per cent, if it has one."""
    found = _WEIGHT.match(answer)
    return float(found["weight"]) if found else None


def without_weight(answer: str) -> str:
    """Return an answer without the weight before it."""
    return _WEIGHT.sub("", answer, count=1)


def numbers_of(body: str) -> tuple[AcceptedNumber, ...]:
    """Read `#2009:1`, `#2008..2010` or `#=2009:0 =%50%2010:1#nearly`."""
    answers = pieces(body.removeprefix("#"), "=~")
    if len(answers) == 1:
        answers = [(_RIGHT, answers[0][1])]
    return tuple(_number(said, feedback, weight) for said, feedback, weight in _accepted(answers))


def texts_of(body: str) -> tuple[AcceptedText, ...]:
    """Read `=Semarang =%50%Kota S*#nearly`."""
    found = _accepted(pieces(body, "=~"))
    return tuple(AcceptedText(_pattern(said), credit(weight), feedback) for said, feedback, weight in found)


def pairs_of(body: str) -> tuple[Pair, ...]:
    """Read `=prompt -> match`; one without a prompt is a match that belongs to none."""
    return tuple(_pair(said) for said, _, _ in _accepted(pieces(body, "=~")))


def _accepted(answers: list[tuple[str, str]]) -> Iterator[tuple[str, str, float]]:
    """Yield what each answer says, its feedback, and its weight in per cent."""
    for sign, written in answers:
        if not sign and not written.strip():
            continue
        if sign != _RIGHT:
            raise Fault(
                "answers", "An answer of this kind begins with = (right), with a weight such as =%50% if partly."
            )
        weight = weight_of(written)
        said, feedback = cut(without_weight(written), "#")
        yield said, unescape(take_format(feedback)[1]), 100 if weight is None else weight


def _pair(said: str) -> Pair:
    prompt, match = cut(said, "->")
    return Pair(unescape(take_format(prompt)[1]), unescape(match))


def _number(said: str, feedback: str, weight: float) -> AcceptedNumber:
    lowest, dots, highest = said.partition("..")
    if dots:
        low, high = decimal(lowest), decimal(highest)
        if high < low:
            raise Fault("number", f"The range {said.strip()[:40]!r} ends before it begins.")
        return AcceptedNumber((low + high) / 2, (high - low) / 2, credit(weight), feedback)
    value, _, tolerance = said.partition(":")
    return AcceptedNumber(decimal(value), decimal(tolerance or "0"), credit(weight), feedback)


def _pattern(said: str) -> str:
    r"""Unescape GIFT's own signs and keep `\*`, which is the pattern's."""
    return _PATTERN_ESCAPE.sub(lambda found: {"n": "\n", "*": r"\*"}.get(found[1], found[1]), said).strip()
