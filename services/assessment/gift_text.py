"""The text level of GIFT: blocks between blank lines, comments with tags, categories, and escaped signs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
# The bound keeps a line of nothing but "[tag:" from being searched to its end again and again.
_TAG = re.compile(r"\[tag:((?:\\.|[^\]\\]){0,200})\]")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_CATEGORY = "$CATEGORY:"


@dataclass(frozen=True)
class Block:
    """The lines of one question: `line` is where its text begins (from 1), `number` counts questions from 1."""

    number: int
    line: int
    text: str
    tags: tuple[tuple[str, int], ...]
    category: str
    category_line: int


@dataclass
class _Open:
    lines: list[str] = field(default_factory=list)
    line: int = 0
    tags: list[tuple[str, int]] = field(default_factory=list)


def blocks(text: str) -> Iterator[Block]:
    """Yield the questions of a GIFT text. Tags stand in comment lines of the question's own block, as Moodle writes."""
    number, category, category_line, block = 0, "", 0, _Open()
    for line, raw in enumerate([*re.split(r"\r\n|\n|\r", text), ""], start=1):
        content = raw.strip()
        if content.startswith("//"):
            block.tags += [(re.sub(r"\\(.)", r"\1", tag).strip(), line) for tag in _TAG.findall(content)]
        elif content and not content.startswith(_CATEGORY):
            block.line = block.line or line
            block.lines.append(content)
        else:
            if block.lines:
                number += 1
                yield Block(number, block.line, "\n".join(block.lines), tuple(block.tags), category, category_line)
            block = _Open()
            if content:
                category, category_line = content.removeprefix(_CATEGORY).strip(), line


def unescape(text: str) -> str:
    r"""Return the text as people read it: `\=` is an equals sign, `\n` a new line."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text).strip()


def find(text: str, sign: str, start: int = 0) -> int:
    """Return where an unescaped sign first stands at or after `start`, or -1."""
    for found in re.finditer(rf"\\.|({re.escape(sign)})", text[start:], re.DOTALL):
        if found[1]:
            return start + found.start()
    return -1


def cut(text: str, sign: str) -> tuple[str, str]:
    """Return what stands before and after the first unescaped sign; without one, all and nothing."""
    place = find(text, sign)
    return (text, "") if place < 0 else (text[:place], text[place + len(sign) :])


def pieces(text: str, signs: str) -> list[tuple[str, str]]:
    """Cut a text before each unescaped one of the signs: pairs of the sign and what follows it."""
    found: list[tuple[str, str]] = []
    start, sign = 0, ""
    for match in re.finditer(rf"\\.|([{re.escape(signs)}])", text, re.DOTALL):
        if match[1]:
            found.append((sign, text[start : match.start()]))
            start, sign = match.end(), match[1]
    return [*found, (sign, text[start:])]


def take_format(text: str) -> tuple[str, str]:
    """Return the name of a leading format such as `[html]` ("moodle" without one) and the text after it."""
    found = _FORMAT.match(text)
    return (found[1].lower(), text[found.end() :]) if found else ("moodle", text)
