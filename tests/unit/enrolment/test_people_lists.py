"""Lists of people: which lines name somebody, and what is said of those that don't."""

import io
import tracemalloc
from uuid import UUID

import pytest

from services.enrolment.model.jobs import NOBODY, JobChunk, Line, without
from services.enrolment.people_lists import MOST_FAULTS, ListHasErrors, read_people, store_people

ANI, BUDI = UUID("01a20387-0000-7000-8000-00000000000a"), UUID("01a20387-0000-7000-8000-00000000000b")


def lines_of(said: str | bytes) -> list[tuple[int, UUID]]:
    sent = io.BytesIO(said if isinstance(said, bytes) else said.encode())
    return [(line.number, line.person) for line in read_people(sent)]


def faults_of(said: str | bytes) -> dict[str, list[str]]:
    with pytest.raises(ListHasErrors) as refused:
        lines_of(said)
    return dict(refused.value.errors)


@pytest.mark.parametrize(
    "said",
    [
        f"{ANI}\n{BUDI}",
        f"{ANI}\r\n{BUDI}\r\n\r\n",
        f"\ufeff{str(ANI).upper()}\n {BUDI} \n",
    ],
)
def test_each_line_names_a_person(said: str) -> None:
    assert lines_of(said) == [(1, ANI), (2, BUDI)]


@pytest.mark.parametrize("header", ["person", "unit,Person,nama", 'unit;"person";nama', "nama\tperson_id", "ID"])
def test_a_header_says_which_column_names_them(header: str) -> None:
    before = next(mark for mark in (";", "\t", ",") if mark in f"{header},")
    cells = [str(ANI) if "person" in cell.lower() or cell == "ID" else '"Ani, S.Sos."' for cell in header.split(before)]
    assert lines_of(f"{header}\n\n{before.join(cells)}\n") == [(3, ANI)]


def test_wrong_lines_are_told_by_number_and_never_repeated() -> None:
    faults = faults_of(f"{ANI}\nAni Suryani\n19850101 201001 1 001\n{ANI};{BUDI}\n,\n")
    assert faults == {
        "2": ["This is no id of a person."],
        "3": ["NIPs are not taken here; write the id of the person."],
        "5": ["This is no id of a person."],
    }


def test_no_more_faults_are_told_than_anybody_reads() -> None:
    assert len(faults_of("x\n" * 1_000)) == MOST_FAULTS


@pytest.mark.parametrize("said", ["x" * 5_000, "\ufeffperson".encode("utf-16"), b"\xff\xfe"])
def test_what_is_no_text_of_lines_is_no_list(said: str | bytes) -> None:
    assert len(faults_of(said)) == 1


@pytest.mark.parametrize("said", ["", "\n\n", "person\n"])
def test_a_list_of_nobody_is_refused(said: str) -> None:
    with pytest.raises(ListHasErrors):
        store_people(io.BytesIO(said.encode()), io.BytesIO())


class Endless(io.BytesIO):
    """A list that arrives in pieces: so many times the same line."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._left = count

    def read(self, size: int | None = -1) -> bytes:
        now = min(self._left, (size or 0) // 37)
        self._left -= now
        return f"{ANI}\n".encode() * now


class Nowhere(io.BytesIO):
    def write(self, _: object) -> int:
        return 0


def test_a_long_list_is_never_held_whole() -> None:
    tracemalloc.start()
    people = store_people(Endless(6_000), Nowhere())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert people.count == 6_000
    assert most < 100_000


def test_stored_lines_are_read_back_and_one_who_was_erased_leaves_the_others_in_place() -> None:
    packed = b"".join(Line(number, person).packed() for number, person in ((2, ANI), (3, BUDI), (9, ANI)))
    assert JobChunk(packed=packed).lines == [Line(2, ANI), Line(3, BUDI), Line(9, ANI)]
    assert JobChunk(packed=without(packed, ANI)).lines == [Line(2, NOBODY), Line(3, BUDI), Line(9, NOBODY)]
