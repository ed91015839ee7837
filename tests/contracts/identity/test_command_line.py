"""What identity's command line makes works over HTTP."""

import pytest
from click.testing import CliRunner, Result

from services.identity.app import service
from tests.api.identity.conftest import PASSWORD, House, fields_of, nip, open_link


@pytest.fixture(autouse=True)
def folder_of_the_house(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIYATA_FOLDER", str(house.settings.folder))


def run(*words: str, typed: str = "") -> Result:
    """Run a command of identity."""
    command = next(one for one in service.commands if one.name == words[0])
    return CliRunner(catch_exceptions=False).invoke(command, words[1:], input=typed, standalone_mode=False)


def test_an_operator_gets_a_link_sets_a_password_and_signs_in(house: House) -> None:
    assert open_link(house, run("operators", "add", "rina").output) == 303
    browser = house.browser()
    form = {**fields_of(browser.get("/api/identity/sign-in")), "name": "rina", "password": PASSWORD}
    assert browser.post("/api/identity/sign-in", data=form).status_code == 303
    assert "rina" in browser.get("/api/identity/signed-in").text


def test_an_operator_who_lost_the_password_gets_another_link(house: House) -> None:
    first = run("operators", "add", "rina").output
    second = run("operators", "code", "rina").output
    assert open_link(house, first) == 422
    assert open_link(house, second) == 303


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("rina", "OperatorNameTaken"),
        (nip(3), "OperatorNameLooksLikeNip"),
        *((name, "OperatorNameNotUsable") for name in ("", " ", "Rina", "rina@x.example", "r" * 61)),
    ],
)
def test_an_operator_needs_a_name_of_the_own(house: House, name: str, refusal: str) -> None:
    run("operators", "add", "rina")
    with pytest.raises(Exception, match=r"rina already|needs a letter|2 to 60 small letters") as refused:
        run("operators", "add", name)
    assert type(refused.value).__name__ == refusal


def test_a_city_is_added_once_and_its_id_printed_each_time(house: House) -> None:
    first = run("cities", "add", "TNG", "Tangerang Selatan", "Asia/Jakarta")
    again = run("cities", "add", "TNG", "Tangerang Selatan", "Asia/Jakarta")
    assert again.stdout == first.stdout
    assert (first.stderr, again.stderr) == ("", "TNG exists already.\n")


def test_a_city_keeps_its_zone(house: House) -> None:
    with pytest.raises(Exception, match="SMG is a city in the zone Asia/Jakarta already"):
        run("cities", "add", "SMG", "Semarang", "Asia/Makassar")
    with pytest.raises(Exception, match="Mars/Olympus is no IANA time zone"):
        run("cities", "add", "MRS", "Olympus", "Mars/Olympus")


@pytest.mark.parametrize("command", ["cities", "providers"])
@pytest.mark.parametrize("code", ["", " ", "SMG KOTA", "../x", "x" * 41])
def test_a_tenant_needs_a_code_and_a_name_that_can_be_used(house: House, command: str, code: str) -> None:
    with pytest.raises(Exception, match="A code has 1 to 40 letters"):
        run(command, "add", code, "Kota", "Asia/Jakarta")
    with pytest.raises(Exception, match="Give the name"):
        run(command, "add", "TNG", " ", "Asia/Jakarta")


def test_a_machine_gets_a_secret_that_becomes_a_token(house: House) -> None:
    printed = run("clients", "add", "demo", "--city", "SMG", "--role", "administrator", "--role", "analyst").output
    client = dict(line.split("=") for line in printed.split())
    form = {"grant_type": "client_credentials", **client}
    answer = house.browser().post("/api/identity/token", data=form)
    assert house.call("GET", "/people", answer.get_json()["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--city", "XYZ", "--role", "analyst"], "There is no city or provider XYZ"),
        (["--role", "administrator"], "with the role operator, or a city's"),
        (["--city", "SMG", "--role", "operator"], "with the role operator, or a city's"),
    ],
)
def test_a_machine_is_one_of_a_city_or_of_the_platform(house: House, options: list[str], sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        run("clients", "add", "demo", *options)


def test_a_site_needs_a_safe_address(house: House) -> None:
    assert "client_secret=" in run("clients", "add-site", "portal", "https://wiyata.example/signed-in").output
    without = run("clients", "add-site", "phone", "http://127.0.0.1:9/back", "--without-secret").output
    assert "client_secret" not in without
    for address in ("http://wiyata.example/x", "https://wiyata.example/x#y", "javascript:alert(1)"):
        with pytest.raises(Exception, match="can't take a code back"):
            run("clients", "add-site", "portal", address)


def test_links_for_people_are_printed_in_the_order_of_their_nips(house: House) -> None:
    links = run("people", "code", "-", typed=f"{nip(3)}\n{nip(4)}\n").output.split()
    assert [open_link(house, link) for link in links] == [303, 303]
    with pytest.raises(Exception, match="in place 2") as refused:
        run("people", "code", nip(3), nip(700))
    assert nip(700) not in str(refused.value)


def test_keys_are_rotated_from_the_command_line(house: House) -> None:
    fresh = run("keys", "rotate").output.strip()
    assert [key["kid"] for key in house.json("GET", "/keys")["keys"]][-1] == fresh
