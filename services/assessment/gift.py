"""Reads questions from Moodle's GIFT format, and says of each question that is left out why.

GIFT is described at https://docs.moodle.org/en/GIFT_format. A question's competency and level come from comment lines
`// [tag:kompetensi:PP] [tag:tingkat:3]` of its own, else from `$CATEGORY: kompetensi/PP/tingkat/3` above it.
The reader never raises. Texts come out as written, HTML included: who shows them makes them safe.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from services.assessment.gift_answers import numbers_of, pairs_of, texts_of, weight_of, without_weight
from services.assessment.gift_text import Block, blocks, cut, find, pieces, take_format, unescape
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

_TRUE_FALSE = re.compile(r"(?P<truth>T|TRUE|F|FALSE)\s*(?P<feedback>#.*)?", re.IGNORECASE | re.DOTALL)
_RIGHT = "="


@dataclass(frozen=True)
class _Draft:
    """A question cut into its parts, nothing of it unescaped yet; `answers` is None where there are no braces."""

    title: str
    text: str
    text_format: str
    answers: str | None


def read_gift(
    source: bytes | str,
    *,
    limits: Limits | None = None,
    true_false_words: tuple[str, str] = ("Benar", "Salah"),
) -> Preview:
    """Return what an import of this GIFT text would take. `true_false_words` become the options of true/false."""
    limits = limits or Limits()
    try:
        text = decode(source, limits)
        found = list(_limited(blocks(text), limits))
    except Fault as fault:
        return Preview(errors=(QuestionError(0, fault.line or 1, "", fault.code, fault.detail),))

    taken: list[Question] = []
    errors: list[QuestionError] = []
    left: list[NotCarriedOver] = []
    for block in found:
        title = ""
        try:
            draft = _take_apart(block)
            title = _title(draft)
            kind = _kind_of(draft.answers)
            if kind in ("essay", "description") or (kind == "single" and _has_parts(draft)):
                left.append(NotCarriedOver(block.number, block.line, title, kind, REASONS[kind]))
                continue
            taken.append(_question(block, draft, cast("Kind", kind), true_false_words, limits))
            if kind == "multiple" and loses_weights(_weights(draft)):
                left.append(NotCarriedOver(block.number, block.line, title, "weights", WEIGHTS_LEFT))
        except Fault as fault:
            errors.append(QuestionError(block.number, fault.line or block.line, title, fault.code, fault.detail))
    if not found:
        errors.append(QuestionError(0, 1, "", "no_questions", "The file holds no question."))
    return Preview(tuple(taken), tuple(errors), tuple(left))


def _limited(found: Iterator[Block], limits: Limits) -> Iterator[Block]:
    for block in found:
        if block.number > limits.max_questions:
            detail = f"The file holds more than {limits.max_questions} questions; split it."
            raise Fault("too_many_questions", detail, block.line)
        yield block


def _take_apart(block: Block) -> _Draft:
    title, body = "", block.text
    if body.startswith("::"):
        end = find(body, "::", 2)
        if end < 0:
            raise Fault("title_open", "The title begins with :: and is not closed by another ::.")
        title, body = body[2:end], body[end + 2 :]
    text_format, body = take_format(body)
    before, rest = cut(body, "{")
    if find(before, "}") >= 0:
        raise Fault("brace", "A } stands before any {; write \\} for a brace in the text.")
    if before == body:
        return _Draft(title, body, text_format, None)
    answers, after = cut(rest, "}")
    if answers == rest:
        raise Fault("brace_open", "The answers begin with { and no } follows before the next blank line.")
    if any(find(part, brace) >= 0 for part, brace in ((answers, "{"), (after, "{"), (after, "}"))):
        raise Fault("brace", "There is more than one pair of braces; write \\{ and \\} for braces in the text.")
    # Text after the answers makes a question of the missing-word kind: the gap is where the braces stood.
    text = f"{before.rstrip()} _____ {after.strip()}" if after.strip() else before
    return _Draft(title, text, text_format, answers)


def _title(draft: _Draft) -> str:
    return unescape(draft.title or draft.text)[:LONGEST_TITLE]


def _kind_of(answers: str | None) -> str:
    """Tell the kind in the order in which Moodle's description distinguishes them."""
    if answers is None:
        return "description"
    body = cut(answers, "####")[0].strip()
    signs = [sign for sign, _ in pieces(body, "=~")]
    if not body:
        return "essay"
    if body.startswith("#"):
        return "numeric"
    if _TRUE_FALSE.fullmatch(body):
        return "true_false"
    if "~" in signs:
        return "multiple" if _is_multiple(body) else "single"
    if "=" in signs:
        return "matching" if find(body, "->") >= 0 else "short_answer"
    raise Fault("answers", "The answers begin with none of = ~ # T F; options begin with = (right) or ~ (wrong).")


def _is_multiple(body: str) -> bool:
    """Say whether options have weights, and none is the one right option (=) of a single choice, as Moodle does."""
    options = pieces(body, "=~")[1:]
    weighted = any(weight_of(text) is not None for _, text in options)
    return weighted and not any(sign == _RIGHT and weight_of(text) in (None, 100.0) for sign, text in options)


def _weights(draft: _Draft) -> list[float]:
    options = pieces(cut(draft.answers or "", "####")[0], "=~")[1:]
    found = [(sign, weight_of(text)) for sign, text in options]
    return [weight if weight is not None else 100.0 * (sign == _RIGHT) for sign, weight in found]


def _has_parts(draft: _Draft) -> bool:
    return any(weight not in (0.0, 100.0) for weight in _weights(draft))


def _question(block: Block, draft: _Draft, kind: Kind, words: tuple[str, str], limits: Limits) -> Question:
    body, feedback = cut(draft.answers or "", "####")
    body = body.strip()
    competency, level = measured_by(Labels(block.tags, block.category, block.category_line))
    found = Question(
        title=_title(draft),
        text=unescape(draft.text),
        options=_options_of(kind, body, words),
        numbers=numbers_of(body) if kind == "numeric" else (),
        texts=texts_of(body) if kind == "short_answer" else (),
        pairs=pairs_of(body) if kind == "matching" else (),
        kind=kind,
        competency=competency,
        level=level,
        feedback=unescape(feedback),
        text_format=draft.text_format,
        line=block.line,
    )
    return checked(found, limits)


def _options_of(kind: Kind, body: str, words: tuple[str, str]) -> tuple[Option, ...]:
    if kind == "true_false":
        return _truths(body, words)
    return _options(body) if kind in ("single", "multiple") else ()


def _truths(body: str, words: tuple[str, str]) -> tuple[Option, ...]:
    """Read `T#said to who is wrong#said to who is right`."""
    truth, *told = [text for _, text in pieces(body, "#")]
    wrong, right = ([unescape(text) for text in told] + ["", ""])[:2]
    if not truth.strip().upper().startswith("T"):
        return Option(words[0], False, wrong), Option(words[1], True, right)
    return Option(words[0], True, right), Option(words[1], False, wrong)


def _options(body: str) -> tuple[Option, ...]:
    before, *found = pieces(body, "=~")
    if before[1].strip():
        raise Fault("answers", "Something stands before the first option; options begin with = (right) or ~ (wrong).")
    return tuple(_option(sign, text) for sign, text in found)


def _option(sign: str, written: str) -> Option:
    weight = weight_of(written)
    text, feedback = cut(without_weight(written), "#")
    right = sign == _RIGHT if weight is None else weight > 0
    return Option(unescape(take_format(text)[1]), right, unescape(take_format(feedback)[1]))
