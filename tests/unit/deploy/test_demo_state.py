"""What the demo keeps beside the suite's data: how far it has come, and the accounts that it made."""

import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

from deploy.demo.accounts import Account, write_accounts
from deploy.demo.keys import Keys, kept_keys
from deploy.demo.past_days import DAYS, is_complete
from deploy.demo.state import State

FIRST = date(2026, 8, 24)
KEYS = Keys("tenant", "machine", "secret", "site", "http://127.0.0.1/demo")


def test_a_folder_without_state_has_nothing_loaded_or_played(tmp_path: Path) -> None:
    state = State.read(tmp_path, "machine")

    assert (state.is_loaded, state.first, state.played) == (False, None, 0)
    assert kept_keys(tmp_path) == {}


def test_the_state_goes_on_where_it_was_left(tmp_path: Path) -> None:
    State.read(tmp_path, "machine").now_played(37, first=FIRST)

    left = State.read(tmp_path, "machine")
    assert (left.first, left.played) == (FIRST, 37)
    assert not is_complete(left)


def test_a_demo_that_is_loaded_and_played_to_the_end_is_complete(tmp_path: Path) -> None:
    State.read(tmp_path, "machine").now_played(DAYS, first=FIRST).now_loaded()

    assert is_complete(State.read(tmp_path, "machine"))


def test_other_input_is_loaded_again_and_no_day_is_played_twice(tmp_path: Path) -> None:
    state = State.read(tmp_path, "machine").now_played(DAYS, first=FIRST).now_loaded()

    older = replace(state, loaded="another digest")
    assert not is_complete(older)
    assert older.played == DAYS


def test_the_state_of_a_suite_that_was_made_anew_counts_no_more(tmp_path: Path) -> None:
    State.read(tmp_path, "machine").now_played(DAYS, first=FIRST).now_loaded()

    assert State.read(tmp_path, "another machine").played == 0


def test_the_list_of_accounts_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    account = Account("Kota Semarang", "learner", "199001012024211902", KEYS.password_of("199001012024211902"))
    file = write_accounts(tmp_path, [account])

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [line.split() for line in file.read_text().splitlines()][-1] == [
        *("Kota", "Semarang", "learner", account.name, account.password)
    ]


def test_a_password_stays_and_depends_on_the_name_and_the_secret() -> None:
    password = KEYS.password_of("learner")

    assert password == KEYS.password_of("learner")
    assert len(password) >= 12
    assert len({password, KEYS.password_of("trainer"), replace(KEYS, secret="other").password_of("learner")}) == 3
