"""Reading a dated payload strictly: what is unknown, missing or of the wrong type is refused by its place."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Self, TypeVar

from shared.errors import Invalid

T = TypeVar("T")


class RuleSetIsWrong(Invalid):
    """A rule set's payload can't be used; the sentence names the place and what belongs there."""


class Section:
    """One mapping of a payload, read key by key.

    Every number stands beside its source: `theta: {value: [...], source: "..."}`. The sources read are gathered in
    `sources`, by the place of their number. Used in a `with` block, which refuses the keys that nobody read.
    """

    def __init__(self, payload: object, place: str, sources: dict[str, str]) -> None:
        if not isinstance(payload, Mapping) or not all(isinstance(key, str) for key in payload):
            raise RuleSetIsWrong(f"{place} must be a mapping with text keys.", place=place)
        self.place = place
        self.sources = sources
        self._unread: dict[str, object] = dict(payload)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._unread:
            names = ", ".join(sorted(self._unread))
            raise RuleSetIsWrong(f"{self.place} has unknown keys: {names}. Take them out.", place=self.place)

    def section(self, key: str) -> "Section":
        """Open the mapping under `key`."""
        return Section(self._take(key), self._place_of(key), self.sources)

    def sections(self) -> Iterator[tuple[str, "Section"]]:
        """Open every remaining key as a mapping of its own, for a table whose keys are data."""
        for key in list(self._unread):
            yield key, self.section(key)

    def has(self, key: str) -> bool:
        """Say whether `key` is there, for the few that may be left out."""
        return key in self._unread

    def text(self, key: str) -> str:
        """Read a text that is not empty."""
        return self._checked(key, self._take(key), _text, "a text that is not empty")

    def day(self, key: str) -> date:
        """Read a day, written 2019-01-01."""
        return self._checked(key, self._take(key), _day, "a day such as 2019-01-01")

    def plain_whole(self, key: str, *, least: int = 0) -> int:
        """Read a whole number that shares the source of its section."""
        return self._checked(key, self._take(key), _whole_from(least), _range("a whole number", least, math.inf))

    def number(self, key: str, *, least: float = 0.0, most: float = math.inf) -> float:
        """Read a sourced number from `least` to `most`."""
        return self._sourced(key, _number_within(least, most), _range("a number", least, most))

    def whole(self, key: str, *, least: int = 0) -> int:
        """Read a sourced whole number from `least` up."""
        return self._sourced(key, _whole_from(least), _range("a whole number", least, math.inf))

    def five(
        self, key: str, *, least: float = -math.inf, most: float = math.inf
    ) -> tuple[float, float, float, float, float]:
        """Read five sourced numbers, one for each level from 1 to 5."""
        wanted = _range("five numbers, for the levels 1 to 5, each", least, most)
        one, two, three, four, five = self._sourced(key, _list_of(5, _number_within(least, most)), wanted)
        return one, two, three, four, five

    def numbers_by_name(self, key: str, *, least: float = 0.0) -> dict[str, float]:
        """Read a sourced table of numbers by name."""
        wanted = _range("a table of numbers by name, each", least, math.inf)
        return self._sourced(key, _table_of(_number_within(least, math.inf)), wanted)

    def source(self) -> None:
        """Read the source that holds for this whole section."""
        self.sources[self.place] = self.text("source")

    def _sourced(self, key: str, read: Callable[[object], T], wanted: str) -> T:
        with self.section(key) as leaf:
            leaf.source()
            return leaf._checked("value", leaf._take("value"), read, wanted)

    def _take(self, key: str) -> object:
        if key not in self._unread:
            raise RuleSetIsWrong(f"{self._place_of(key)} is missing.", place=self._place_of(key))
        return self._unread.pop(key)

    def _checked(self, key: str, value: object, read: Callable[[object], T], wanted: str) -> T:
        try:
            return read(value)
        except (TypeError, ValueError):
            place = self._place_of(key)
            raise RuleSetIsWrong(f"{place} must be {wanted}; it is {value!r}.", place=place) from None

    def _place_of(self, key: str) -> str:
        return f"{self.place}.{key}"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError
    return value


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return date.fromisoformat(_text(value))


def _number_within(least: float, most: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise TypeError
        if not least <= value <= most:
            raise ValueError
        return float(value)

    return read


def _whole_from(least: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError
        if value < least:
            raise ValueError
        return value

    return read


def _list_of(length: int, read: Callable[[object], T]) -> Callable[[object], list[T]]:
    def read_all(value: object) -> list[T]:
        if not isinstance(value, list | tuple) or len(value) != length:
            raise TypeError
        return [read(item) for item in value]

    return read_all


def _table_of(read: Callable[[object], T]) -> Callable[[object], dict[str, T]]:
    def read_all(value: object) -> dict[str, T]:
        if not isinstance(value, Mapping) or not value:
            raise TypeError
        return {_text(name): read(item) for name, item in value.items()}

    return read_all


def _range(what: str, least: float, most: float) -> str:
    bounds = [f"at least {least:g}"] * math.isfinite(least) + [f"at most {most:g}"] * math.isfinite(most)
    return f"{what} of {' and '.join(bounds)}" if bounds else what
