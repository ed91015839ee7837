"""Passwords: their cost, and what is too easy to guess."""

import pytest

from services.identity.model.accounts import check_password
from services.identity.passwords import Passwords
from services.identity.settings import PasswordCost, read_password_cost
from shared.errors import Invalid, WrongSetting

CHEAP = PasswordCost(memory=8, passes=1, lanes=1)


def test_guessing_is_costly_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MEMORY", "PASSES", "LANES"):
        monkeypatch.delenv(f"WIYATA_PASSWORD_{name}", raising=False)
    assert read_password_cost() == PasswordCost(memory=19_456, passes=2, lanes=1)


@pytest.mark.parametrize("value", ["0", "many"])
def test_a_cost_that_can_not_be_used_names_its_key(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("WIYATA_PASSWORD_PASSES", value)
    with pytest.raises(WrongSetting, match="WIYATA_PASSWORD_PASSES"):
        read_password_cost()


def test_a_password_is_right_or_wrong() -> None:
    hasher = Passwords(CHEAP)
    stored = hasher.hash("lima ekor kucing")
    assert hasher.is_right("lima ekor kucing", stored)
    assert not hasher.is_right("lima ekor anjing", stored)


def test_nobody_has_a_password_not_even_the_one_it_is_compared_with() -> None:
    hasher = Passwords(CHEAP)
    for guess in ("nobody", "", "lima ekor kucing"):
        assert not hasher.is_right(guess, None)


def test_a_hash_of_another_cost_is_outdated() -> None:
    stored = Passwords(CHEAP).hash("lima ekor kucing")
    assert not Passwords(CHEAP).is_outdated(stored)
    assert Passwords(PasswordCost(memory=16, passes=1, lanes=1)).is_outdated(stored)


@pytest.mark.parametrize("password", ["sebelas1234"[:11], "x" * 129, "199001012015011001!", "RINA-yang-terbaik"])
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    name = "rina" if "RINA" in password else "199001012015011001"
    with pytest.raises(Invalid):
        check_password(password, sign_in_name=name)


def test_twelve_characters_of_any_kind_will_do() -> None:
    check_password("dua belas ok", sign_in_name="199001012015011001")
