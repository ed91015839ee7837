"""Codes from a sheet, typed, superseded and too old."""

from datetime import timedelta

from shared import clock
from tests.api.identity.conftest import PASSWORD, House, fields_of, sign_in
from tests.api.identity.test_code_sheets import CODE, of, sheet
from tests.api.identity.test_pages import NEW, new_password


def test_a_code_from_the_sheet_is_typed_and_sets_a_password(house: House) -> None:
    (code,) = CODE.findall(sheet(house, of(house, 3)).text)
    browser = house.browser()
    page = browser.get(NEW)
    assert 'id="code"' in page.text
    typed = f" {code.lower().replace('-', ' ')} ".replace("0", "o").replace("1", "l")
    form = {**fields_of(page), "code": typed, "password": PASSWORD, "again": PASSWORD}
    assert browser.post(NEW, data=form).status_code == 303
    assert sign_in(house.browser(), 3).status_code == 303
    assert new_password(house, code) == 422


def test_a_newer_sheet_ends_an_older_code_and_codes_end_after_14_days(house: House) -> None:
    (older,) = CODE.findall(sheet(house, of(house, 3)).text)
    (newer,) = CODE.findall(sheet(house, of(house, 3, 3)).text)
    assert new_password(house, older) == 422
    with clock.telling(clock.now() + timedelta(days=14, minutes=1)):
        assert new_password(house, newer) == 422
    assert new_password(house, newer) == 303
