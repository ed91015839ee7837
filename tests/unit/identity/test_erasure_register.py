"""The register of erasures: a line stays as it was written, whatever happens to the file."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.identity.erasure_register import ErasureRegister, RegisterIsBroken, RegisterNotWritable
from shared.ids import new_id

AT = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "erasures.jsonl"


def filled(path: Path) -> ErasureRegister:
    register = ErasureRegister(path)
    for _ in range(3):
        register.add(new_id(), new_id(), at=AT)
    return register


def test_it_gives_what_was_added_in_its_order_and_is_its_owners_alone(path: Path) -> None:
    register, pairs = ErasureRegister(path), [(new_id(), new_id()) for _ in range(2)]
    assert register.erasures() == []
    for tenant, person in pairs:
        register.add(tenant, person, at=AT)
    assert [(one.tenant, one.person, one.at) for one in register.erasures()] == [(*pair, AT) for pair in pairs]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("spoilt", ["taken out", "changed", "no line"])
def test_a_line_can_not_be_taken_out_or_changed_unseen(path: Path, spoilt: str) -> None:
    register = filled(path)
    lines = path.read_text().splitlines()
    other = {"taken out": [], "changed": [lines[1].replace("2026", "2025")], "no line": ["{}"]}[spoilt]
    path.write_text("\n".join([lines[0], *other, lines[2]]) + "\n")
    with pytest.raises(RegisterIsBroken, match=r"Line [23]"):
        register.erasures()
    with pytest.raises(RegisterIsBroken):
        register.add(new_id(), new_id(), at=AT)


def test_half_a_line_of_a_power_cut_is_left_out_and_written_over(path: Path) -> None:
    register = filled(path)
    with path.open("a") as file:
        file.write('{"tenant": "0190')
    assert len(register.erasures()) == 3
    register.add(new_id(), new_id(), at=AT)
    assert len(register.erasures()) == 4


def test_a_register_that_can_not_be_written_says_so(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(RegisterNotWritable, match="Set WIYATA_ERASURE_REGISTER"):
        ErasureRegister(None)
    with pytest.raises(RegisterNotWritable, match="nobody was erased"):
        ErasureRegister(path).add(new_id(), new_id(), at=AT)
