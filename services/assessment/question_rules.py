"""What a question of a file must be like to be taken, whatever the file's format, and what is said otherwise."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.assessment.preview import Kind, Question

REASONS = {
    "single": "it has partial weights",
    "essay": "an essay cannot be marked by the server",
    "description": "it asks nothing",
}
"""Why a question of a kind is left behind."""

WEIGHTS_LEFT = "its weights are not kept; each right option earns the same share, and each wrong one takes one away"

LONGEST_TITLE = 120
LONGEST_PATTERN = 500

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_TAGS = {"competency": "kompetensi", "level": "tingkat"}


@dataclass(frozen=True)
class Limits:
    """How much a file may hold: bytes, questions, characters of a question's text and of one option."""

    max_bytes: int = 2_000_000
    max_questions: int = 2_000
    max_text: int = 10_000
    max_option: int = 2_000
    max_options: int = 26


class Fault(Exception):
    """A fault of a question or a file: a code and a sentence, and the line when it is not the question's own."""

    def __init__(self, code: str, detail: str, line: int | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.line = code, detail, line


@dataclass(frozen=True)
class Labels:
    """The tags of a question and the category above it, each with its line."""

    tags: Sequence[tuple[str, int]]
    category: str
    category_line: int


def decode(source: bytes | str, limits: Limits) -> str:
    """Return the text of a file in UTF-8, without a byte order mark. Raises `Fault`."""
    try:
        content = source.encode() if isinstance(source, str) else source
        if len(content) > limits.max_bytes:
            raise Fault("file_too_large", f"The file has {len(content)} bytes, more than {limits.max_bytes}; split it.")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = fault.object.count(b"\n", 0, fault.start) + 1
        raise Fault("not_utf8", "The file is not UTF-8 text from this line on; save it as UTF-8.", line) from fault
    except UnicodeEncodeError as fault:
        line = fault.object.count("\n", 0, fault.start) + 1
        raise Fault("not_utf8", "The text holds a sign that UTF-8 cannot write; remove it.", line) from fault


def measured_by(labels: Labels) -> tuple[str, int]:
    """Return the competency and the level that a question measures. Raises `Fault`.

    Each comes from a tag of the question's own such as `kompetensi:PP`, else from its category, such as
    `kompetensi/PP/tingkat/3`.
    """
    competency, competency_line = _label(labels, "competency")
    level, level_line = _label(labels, "level")
    if not _CODE.fullmatch(competency):
        detail = f"The competency {competency[:40]!r} is no code; write for example kompetensi:PP."
        raise Fault("competency_form", detail, competency_line)
    if not re.fullmatch("[1-5]", level):
        raise Fault("level_form", f"The level {level[:40]!r} is not one of 1 to 5.", level_line)
    return competency, int(level)


def checked(question: Question, limits: Limits) -> Question:
    """Return the question if it can be taken. Raises `Fault`."""
    said = [question.title, question.text, question.feedback]
    said += [text for option in question.options for text in (option.text, option.feedback)]
    said += [text for pair in question.pairs for text in (pair.prompt, pair.match)]
    said += [text for one in question.texts for text in (one.pattern, one.feedback)]
    said += [one.feedback for one in question.numbers]
    if any(_CONTROL.search(text) for text in said):
        # No keyboard writes such a sign, and a database would refuse it.
        raise Fault("control_character", "The question holds a control character; remove it.")
    if not question.text:
        raise Fault("text_missing", "The question has answers and no text.")
    length = max(len(question.text), len(question.feedback))
    if length > limits.max_text:
        detail = f"The question or its feedback has {length} characters, more than {limits.max_text}; shorten it."
        raise Fault("too_long", detail)
    _CHECKS[question.kind](question, limits)
    return question


def decimal(written: str, line: int | None = None) -> Decimal:
    """Return the number that is written, exactly. Raises `Fault`."""
    if not _NUMBER.fullmatch(written.strip()):
        detail = f"{written.strip()[:40]!r} is no number; write digits, with a point for decimals, such as 3.5."
        raise Fault("number", detail, line)
    return Decimal(written.strip())


def credit(weight: float, line: int | None = None) -> int:
    """Return what an answer earns in basis points by its weight in per cent. Raises `Fault`."""
    if not 0 <= weight <= 100:
        raise Fault("weight", f"An answer has the weight {weight:g}; an answer of this kind earns 0 to 100.", line)
    return round(100 * weight)


def loses_weights(weights: Sequence[float]) -> bool:
    """Tell whether a multiple choice with these weights in per cent is marked otherwise by right minus wrong."""
    one = 100 / max(1, sum(weight > 0 for weight in weights))
    return any(abs(abs(weight) - one) > 0.1 for weight in weights)


def _check_choice(question: Question, limits: Limits) -> None:
    options = question.options
    for option in options:
        if not option.text:
            raise Fault("option_empty", "An option is empty; write its text.")
        if max(len(option.text), len(option.feedback)) > limits.max_option:
            detail = f"An option or its feedback has more than {limits.max_option} characters; shorten it."
            raise Fault("too_long", detail)
    rights = sum(option.correct for option in options)
    if rights != 1 and question.kind != "multiple":
        raise Fault("right_options", f"{rights} options are marked right; a single choice has exactly one.")
    if not rights:
        raise Fault("right_options", "No option is marked right; a multiple choice has at least one.")
    if not 2 <= len(options) <= limits.max_options:
        detail = f"The question has {len(options)} options; 2 to {limits.max_options} are possible."
        raise Fault("option_count", detail)
    if len({option.text.casefold() for option in options}) < len(options):
        raise Fault("option_twice", "Two options have the same text; a learner could not tell them apart.")


def _check_pairs(question: Question, limits: Limits) -> None:
    prompts = [pair.prompt for pair in question.pairs if pair.prompt]
    matches = {pair.match for pair in question.pairs}
    if not all(matches):
        raise Fault("pair_empty", "A pair lacks what belongs to its prompt; write it.")
    if max(len(text) for text in ("", *prompts, *matches)) > limits.max_option:
        raise Fault("too_long", f"A side of a pair has more than {limits.max_option} characters; shorten it.")
    if len(prompts) < 2 or len(matches) < 2 or len(question.pairs) > limits.max_options:
        detail = f"A matching question has 2 to {limits.max_options} pairs, and at least two different matches."
        raise Fault("pair_count", detail)
    if len({prompt.casefold() for prompt in prompts}) < len(prompts):
        raise Fault("prompt_twice", "Two prompts have the same text; a learner could not tell them apart.")


def _check_accepted(question: Question, limits: Limits) -> None:
    accepted = question.numbers or question.texts
    if not 1 <= len(accepted) <= limits.max_options:
        raise Fault(
            "answer_count", f"The question has {len(accepted)} answers; 1 to {limits.max_options} are possible."
        )
    if all(one.credit < 10_000 for one in accepted):
        raise Fault("right_answers", "No answer earns 100 per cent; mark one as wholly right.")
    if any(len(one.feedback) > limits.max_option for one in accepted):
        raise Fault("too_long", f"The feedback of an answer has more than {limits.max_option} characters; shorten it.")
    if any(one.tolerance < 0 for one in question.numbers):
        raise Fault("number", "A tolerance is less than 0.")
    if any(not one.pattern for one in question.texts):
        raise Fault("answer_empty", "An answer is empty; write its text.")
    if any(len(one.pattern) > LONGEST_PATTERN for one in question.texts):
        raise Fault("too_long", f"An answer has more than {LONGEST_PATTERN} characters; shorten it.")


_CHECKS: Mapping[Kind, Callable[[Question, Limits], None]] = {
    "single": _check_choice,
    "true_false": _check_choice,
    "multiple": _check_choice,
    "matching": _check_pairs,
    "numeric": _check_accepted,
    "short_answer": _check_accepted,
}


def _label(labels: Labels, subject: str) -> tuple[str, int]:
    """Return a label's value and its line: the question's own tag first, then the category above it."""
    name = _TAGS[subject]
    own = {tag.removeprefix(f"{name}:").strip(): line for tag, line in labels.tags if tag.startswith(f"{name}:")}
    if len(own) > 1:
        raise Fault(f"{subject}_twice", f"The question has several tags {name}; leave one.", max(own.values()))
    if own:
        return own.popitem()
    steps = [step.strip() for step in labels.category.split("/")]
    if name in steps[:-1]:
        return steps[steps.index(name) + 1], labels.category_line
    detail = f"The question has no {subject}: add the tag {name}:... to it, or {name}/... to the category above it."
    raise Fault(f"{subject}_missing", detail)
