"""Where somebody begins: `make` explains every target, and the README the two that matter."""

import re
import subprocess

import pytest

from tests.architecture.house import ROOT, SERVICES

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

FOR_A_PERSON = MAKEFILE.split("# --- what the targets above need")[0]
TARGETS = sorted(set(re.findall(r"^([a-z][a-z-]*):(?!=)", FOR_A_PERSON, re.MULTILINE)))


@pytest.fixture(scope="module")
def explained() -> dict[str, str]:
    """What `make` alone says of each target."""
    said = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^  ([a-z-]+) +(\S.*)$", said, re.MULTILINE))


def test_make_alone_explains_every_target_and_no_other(explained: dict[str, str]) -> None:
    assert sorted(explained) == TARGETS


def test_an_explanation_is_a_sentence_and_not_the_name_again(explained: dict[str, str]) -> None:
    assert all(said[0].isupper() and len(said.split()) >= 3 for said in explained.values())


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_made_even_if_a_file_has_its_name(target: str) -> None:
    assert re.search(rf"^\.PHONY: {target}$", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("target", ["run", "test"])
def test_the_readme_names_the_commands_to_begin_with(target: str) -> None:
    assert f"make {target}" in README


def test_every_target_that_the_readme_names_exists() -> None:
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)) <= set(TARGETS)


def test_the_readme_names_every_service() -> None:
    assert [name for name in SERVICES if name not in README] == []


def test_every_link_of_the_readme_leads_to_a_file_of_ours() -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_settings_that_are_documented_are_those_that_are_read() -> None:
    documented = set(re.findall(r"`(WIYATA_[A-Z0-9_]+)`", (ROOT / "docs/settings.md").read_text(encoding="utf-8")))

    assert documented == settings_read() | OF_SCRIPTS


def test_every_setting_that_the_readme_names_is_documented() -> None:
    named = set(re.findall(r"`(WIYATA_[A-Z0-9_]+)`", README))

    assert named <= settings_read() | OF_SCRIPTS


OF_SCRIPTS = {f"WIYATA_{name}" for name in ("POSTGRES_PORT", "KAFKA_PORT", "HTTP_HOST", "HTTP_PORT")}
"""Read by the Makefile and what it calls, for this machine alone."""

_READING = re.compile(
    r'prefixed\("(?P<prefix>WIYATA_[A-Z_]*)"\)'
    r'|[Ee]nv(?:\(\))?\.(?:str|int|bool|float)\(\s*"(?P<name>[A-Z0-9_]+)"'
)


def settings_read() -> set[str]:
    """Name what the services read of the environment; a name stands after the prefix that it is joined with."""
    found, prefix = set(), ""
    for path in sorted([*(ROOT / "shared").glob("settings.py"), *(ROOT / "services").glob("*/settings.py")]):
        for reading in _READING.finditer(path.read_text(encoding="utf-8")):
            prefix = reading["prefix"] or prefix
            if reading["name"]:
                found.add(reading["name"] if reading["name"].startswith("WIYATA_") else prefix + reading["name"])
    return found
