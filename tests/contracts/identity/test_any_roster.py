"""Whatever comes as a roster is read or complained about."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.roster import Roster, RowError, read_roster
from tests.unit.identity.test_roster import CLERK, HEADER, file_of

ANY_TEXT_BELOW_THE_HEADER = st.text(max_size=400).map(lambda text: f"{HEADER}\n{text}".encode("utf-8", "replace"))


@settings(deadline=None)
@given(st.binary(max_size=400) | ANY_TEXT_BELOW_THE_HEADER)
def test_no_bytes_whatsoever_break_the_reader(content: bytes) -> None:
    roster, errors = read_roster(content)

    assert errors or roster.people
    assert all(isinstance(error, RowError) for error in errors)
    assert isinstance(roster, Roster)


def test_a_long_chain_of_units_is_followed_in_time() -> None:
    rows = [
        CLERK | {"nip": f"19900101202421{number:04}", "kode_unit": f"U{number}", "kode_unit_induk": f"U{number + 1}"}
        for number in range(2000)
    ]

    _, errors = read_roster(file_of(*rows))

    assert {error.code for error in errors} == {"parent_unknown"}
    assert len(errors) == 2000
