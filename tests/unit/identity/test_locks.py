"""How long a name waits after wrong passwords."""

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.model import SignInTries
from services.identity.model.locks import LockRules, hash_name
from services.identity.settings import read_locking
from shared.errors import WrongSetting

AT = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
RULES = LockRules(tries=3, ceiling=timedelta(minutes=6))


def fresh() -> SignInTries:
    return SignInTries(name_hash=hash_name("x"), tries=0, locked_until=None, expires_at=AT)


@pytest.mark.parametrize(("tries", "minutes"), [(1, 0), (2, 0), (3, 1), (4, 2), (5, 4), (6, 6), (7, 6), (100_000, 6)])
def test_the_wait_doubles_with_every_wrong_password_up_to_the_ceiling(tries: int, minutes: int) -> None:
    assert RULES.wait_after(tries) == timedelta(minutes=minutes)


def test_a_lock_ends_on_its_moment_and_the_next_wrong_password_waits_longer() -> None:
    tries = fresh()
    assert [tries.count(AT, RULES) for _ in range(3)] == [False, False, True]
    assert tries.is_locked(AT + timedelta(seconds=59))
    assert not tries.is_locked(AT + timedelta(minutes=1))
    tries.count(AT + timedelta(minutes=1), RULES)
    assert tries.locked_until == AT + timedelta(minutes=3)


def test_tries_of_the_day_before_count_no_more() -> None:
    tries = fresh()
    for _ in range(5):
        tries.count(AT, RULES)
    assert not tries.count(AT + timedelta(hours=24), RULES)
    assert tries.tries == 1


def test_a_name_is_kept_as_a_hash_even_if_it_is_no_text() -> None:
    assert "199001" not in hash_name("199001012015011003")
    assert len(hash_name("\ud800")) == 64


@pytest.mark.parametrize(("key", "value"), [("TRIES", "0"), ("MINUTES", "many"), ("ZONE", "Asia/Semarang")])
def test_a_wrong_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    monkeypatch.setenv(f"WIYATA_LOCK_{key}", value)
    with pytest.raises(WrongSetting, match=key):
        read_locking()
