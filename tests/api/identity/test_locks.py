"""An account that is guessed at waits, whether or not it exists."""

from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from services.identity.commands.upkeep import drop_expired
from services.identity.model import SignInTries
from shared import clock
from tests.api.identity.conftest import House, nip, sign_in

AT = datetime(2026, 11, 2, 7, 1, 30, tzinfo=UTC)
WRONG = "bukan kata sandinya"


def guess(house: House, number: int, times: int) -> list[int]:
    """Sign in with a wrong password; give the statuses."""
    return [sign_in(house.browser(), number, WRONG).status_code for _ in range(times)]


def test_the_fifth_wrong_password_locks_the_account_and_the_page_says_until_when(house: House) -> None:
    house.register(3)
    with clock.telling(AT):
        assert guess(house, 3, 5) == [422] * 4 + [429]
        refused = sign_in(house.browser(), 3)
        assert refused.status_code == 429
        assert 60 <= int(refused.headers["Retry-After"]) <= 62  # The limiter adds a second or so.
        assert "Akun dikunci sampai 14.03 WIB" in refused.text
        english = house.browser()
        english.get("/api/identity/sign-in?lang=en")
        assert "locked until 14:03 WIB" in sign_in(english, 3).text
    with clock.telling(AT + timedelta(seconds=59)):
        assert sign_in(house.browser(), 3).status_code == 429
    with clock.telling(AT + timedelta(seconds=60)):
        assert sign_in(house.browser(), 3).status_code == 303


def test_names_are_kept_as_hashes_and_dropped_after_a_day(house: House) -> None:
    guess(house, 777, 1)
    with house.database.reading() as session:
        assert nip(777) not in {one.name_hash for one in session.query(SignInTries)}
    with clock.telling(clock.now() + timedelta(hours=25)), house.database.writing() as session:
        drop_expired(session)
        assert session.query(SignInTries).count() == 0


def test_the_lock_is_logged_without_the_nip(house: House) -> None:
    with capture_logs() as lines:
        guess(house, 3, 5)
        sign_in(house.browser(), 3)
    assert [line["event"] for line in lines].count("sign-in locked") == 1
    assert nip(3) not in str(lines)


def test_only_an_administrator_of_the_city_lifts_a_lock(house: House) -> None:
    house.register(3)
    guess(house, 3, 5)
    path = f"/people/{house.person(3)}/sign-in-lock"
    assert house.call("DELETE", path).status_code == 401
    assert house.call("DELETE", path, house.token_of(3)).status_code == 403
    outsider = house.token_of_machine("administrator", tenant=house.second_city())
    assert house.call("DELETE", path, outsider).status_code == 404
    assert sign_in(house.browser(), 3).status_code == 429
