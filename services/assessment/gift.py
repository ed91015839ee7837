"""Reads questions from Moodle's GIFT format, and says of each question that is left out why.

GIFT is described at https://docs.moodle.org/en/GIFT_format. A question's competency and level come from comment lines
`// [tag:kompetensi:PP] [tag:tingkat:3]` of its own, else from `$CATEGORY: kompetensi/PP/tingkat/3` above it.
The reader never raises. Texts come out as written, HTML included: who shows them makes them safe.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.assessment.gift_text import Block, blocks, cut, find, has_control_sign, pieces, take_format, unescape
from services.assessment.preview import NotCarriedOver, Option, Preview, Question, QuestionError

__all__ = ["GiftLimits", "NotCarriedOver", "Option", "Preview", "Question", "QuestionError", "read_gift"]

_REASONS = {
    "multiple": "it has several right options or partial weights",
    "matching": "matching pairs are not supported yet",
    "numeric": "numeric answers are not supported yet",
    "short_answer": "short answers are not supported yet",
    "essay": "an essay cannot be marked by the server",
    "description": "it asks nothing",
}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_TRUE_FALSE = re.compile(r"(?P<truth>T|TRUE|F|FALSE)\s*(?P<feedback>#.*)?", re.IGNORECASE | re.DOTALL)
_WEIGHT = re.compile(r"\s*%(?P<weight>-?[0-9]{1,3}(?:\.[0-9]{1,5})?)%")
_RIGHT = "="
_TAGS = {"competency": "kompetensi", "level": "tingkat"}


@dataclass(frozen=True)
class GiftLimits:
    """How much a file may hold: bytes, questions, characters of a question's text and of one option."""

    max_bytes: int = 2_000_000
    max_questions: int = 2_000
    max_text: int = 10_000
    max_option: int = 2_000
    max_options: int = 26


class _Fault(Exception):
    """A fault of one question: a code and a sentence, and the line when it is not the question's own."""

    def __init__(self, code: str, detail: str, line: int | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.line = code, detail, line


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
    limits: GiftLimits | None = None,
    true_false_words: tuple[str, str] = ("Benar", "Salah"),
) -> Preview:
    """Return what an import of this GIFT text would take. `true_false_words` become the options of true/false."""
    limits = limits or GiftLimits()
    try:
        text = _decode(source, limits)
        found = list(_limited(blocks(text), limits))
    except _Fault as fault:
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
            if kind in ("single", "true_false"):
                taken.append(_question(block, draft, kind, true_false_words, limits))
            else:
                left.append(NotCarriedOver(block.number, block.line, title, kind, _REASONS[kind]))
        except _Fault as fault:
            errors.append(QuestionError(block.number, fault.line or block.line, title, fault.code, fault.detail))
    if not found:
        errors.append(QuestionError(0, 1, "", "no_questions", "The file holds no question."))
    return Preview(tuple(taken), tuple(errors), tuple(left))


def _decode(source: bytes | str, limits: GiftLimits) -> str:
    try:
        content = source.encode() if isinstance(source, str) else source
        if len(content) > limits.max_bytes:
            raise _Fault(
                "file_too_large", f"The file has {len(content)} bytes, more than {limits.max_bytes}; split it."
            )
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = fault.object.count(b"\n", 0, fault.start) + 1
        raise _Fault("not_utf8", "The file is not UTF-8 text from this line on; save it as UTF-8.", line) from fault
    except UnicodeEncodeError as fault:
        line = fault.object.count("\n", 0, fault.start) + 1
        raise _Fault("not_utf8", "The text holds a sign that UTF-8 cannot write; remove it.", line) from fault


def _limited(found: Iterator[Block], limits: GiftLimits) -> Iterator[Block]:
    for block in found:
        if block.number > limits.max_questions:
            detail = f"The file holds more than {limits.max_questions} questions; split it."
            raise _Fault("too_many_questions", detail, block.line)
        yield block


def _take_apart(block: Block) -> _Draft:
    if has_control_sign(block.text):
        raise _Fault("control_character", "The question holds a control character; remove it.")
    title, body = "", block.text
    if body.startswith("::"):
        end = find(body, "::", 2)
        if end < 0:
            raise _Fault("title_open", "The title begins with :: and is not closed by another ::.")
        title, body = body[2:end], body[end + 2 :]
    text_format, body = take_format(body)
    before, rest = cut(body, "{")
    if find(before, "}") >= 0:
        raise _Fault("brace", "A } stands before any {; write \\} for a brace in the text.")
    if before == body:
        return _Draft(title, body, text_format, None)
    answers, after = cut(rest, "}")
    if answers == rest:
        raise _Fault("brace_open", "The answers begin with { and no } follows before the next blank line.")
    if any(find(part, brace) >= 0 for part, brace in ((answers, "{"), (after, "{"), (after, "}"))):
        raise _Fault("brace", "There is more than one pair of braces; write \\{ and \\} for braces in the text.")
    # Text after the answers makes a question of the missing-word kind: the gap is where the braces stood.
    text = f"{before.rstrip()} _____ {after.strip()}" if after.strip() else before
    return _Draft(title, text, text_format, answers)


def _title(draft: _Draft) -> str:
    return unescape(draft.title or draft.text)[:120]


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
        return "single" if _is_single(body) else "multiple"
    if "=" in signs:
        return "matching" if find(body, "->") >= 0 else "short_answer"
    raise _Fault("answers", "The answers begin with none of = ~ # T F; options begin with = (right) or ~ (wrong).")


def _is_single(body: str) -> bool:
    """Say whether every option is wholly right (=) or wholly wrong (~), weights of 100 and 0 included.

    Options with neither a right one nor a weight are a single choice too: one that lacks its key, which is a fault.
    """
    options = pieces(body, "=~")[1:]
    whole = all(_weight(text) in ((None, 100.0) if sign == _RIGHT else (None, 0.0)) for sign, text in options)
    weighted = any(_weight(text) is not None for _, text in options)
    return whole and (not weighted or any(sign == _RIGHT for sign, _ in options))


def _weight(option: str) -> float | None:
    found = _WEIGHT.match(option)
    return float(found["weight"]) if found else None


def _question(block: Block, draft: _Draft, kind: str, words: tuple[str, str], limits: GiftLimits) -> Question:
    body, feedback = cut(draft.answers or "", "####")
    text = unescape(draft.text)
    if not text:
        raise _Fault("text_missing", "The question has answers and no text.")
    if len(text) > limits.max_text:
        raise _Fault("too_long", f"The question has {len(text)} characters, more than {limits.max_text}; shorten it.")
    competency, level = _tags(block)
    common = {"feedback": unescape(feedback), "text_format": draft.text_format}
    if kind == "true_false":
        options = _truths(body.strip(), words)
        return Question(_title(draft), text, options, "true_false", competency, level, **common, line=block.line)
    options = _options(body, limits)
    return Question(_title(draft), text, options, "single", competency, level, **common, line=block.line)


def _truths(body: str, words: tuple[str, str]) -> tuple[Option, ...]:
    """Read `T#said to who is wrong#said to who is right`."""
    truth, *told = [text for _, text in pieces(body, "#")]
    wrong, right = ([unescape(text) for text in told] + ["", ""])[:2]
    if not truth.strip().upper().startswith("T"):
        return Option(words[0], False, wrong), Option(words[1], True, right)
    return Option(words[0], True, right), Option(words[1], False, wrong)


def _options(body: str, limits: GiftLimits) -> tuple[Option, ...]:
    before, *found = pieces(body, "=~")
    if before[1].strip():
        raise _Fault("answers", "Something stands before the first option; options begin with = (right) or ~ (wrong).")
    options = tuple(_option(sign, text, limits) for sign, text in found)
    rights = sum(option.correct for option in options)
    if rights != 1:
        raise _Fault("right_options", f"{rights} options are marked right with =; a single choice has exactly one.")
    if not 2 <= len(options) <= limits.max_options:
        raise _Fault(
            "option_count", f"The question has {len(options)} options; 2 to {limits.max_options} are possible."
        )
    if len({option.text.casefold() for option in options}) < len(options):
        raise _Fault("option_twice", "Two options have the same text; a learner could not tell them apart.")
    return options


def _option(sign: str, written: str, limits: GiftLimits) -> Option:
    text, feedback = cut(_WEIGHT.sub("", written, count=1) if _weight(written) is not None else written, "#")
    option = Option(unescape(take_format(text)[1]), sign == _RIGHT, unescape(take_format(feedback)[1]))
    if not option.text:
        raise _Fault("option_empty", f"An option is empty; write its text after {sign}.")
    if max(len(option.text), len(option.feedback)) > limits.max_option:
        raise _Fault("too_long", f"An option or its feedback has more than {limits.max_option} characters; shorten it.")
    return option


def _tags(block: Block) -> tuple[str, int]:
    competency, competency_line = _tag(block, "competency")
    level, level_line = _tag(block, "level")
    if not _CODE.fullmatch(competency):
        detail = f"The competency {competency[:40]!r} is no code; write for example [tag:kompetensi:PP]."
        raise _Fault("competency_form", detail, competency_line)
    if not re.fullmatch("[1-5]", level):
        raise _Fault("level_form", f"The level {level[:40]!r} is not one of 1 to 5.", level_line)
    return competency, int(level)


def _tag(block: Block, subject: str) -> tuple[str, int]:
    """Return a tag's value and its line: the question's own comment first, then the category above it."""
    name = _TAGS[subject]
    own = {tag.removeprefix(f"{name}:").strip(): line for tag, line in block.tags if tag.startswith(f"{name}:")}
    if len(own) > 1:
        raise _Fault(f"{subject}_twice", f"The question has several tags {name}; leave one.", max(own.values()))
    if own:
        return own.popitem()
    steps = [step.strip() for step in block.category.split("/")]
    if name in steps[:-1]:
        return steps[steps.index(name) + 1], block.category_line
    detail = f"The question has no {subject}: add // [tag:{name}:...] to it, or {name}/... to its $CATEGORY."
    raise _Fault(f"{subject}_missing", detail)
