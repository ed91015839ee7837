"""Every service looks like every other one: the same file names, and a missing file means "does not do that"."""

import ast
import re
from importlib import import_module

import pytest

from shared.events import registry
from tests.architecture.house import ROOT, SERVICES, modules, service_of

PARTS = ("__init__", "__main__", "app", "model", "commands", "api", "schemas", "queries")
every_service = pytest.mark.parametrize("name", SERVICES)


def has(name: str, part: str) -> bool:
    """Tell whether a service has a part: a module or a package of that name."""
    folder = ROOT / "services" / name
    return (folder / f"{part}.py").is_file() or (folder / part / "__init__.py").is_file()


@every_service
def test_a_service_has_every_part_that_each_service_has(name: str) -> None:
    missing = [part for part in PARTS if not has(name, part)]

    assert not missing, f"services/{name} lacks {', '.join(missing)}: as a module or as a package."


@every_service
def test_a_service_is_named_like_its_folder_and_speaks_under_that_name(name: str) -> None:
    assert service_of(name).name == name


@every_service
def test_a_service_has_a_first_version_of_its_database(name: str) -> None:
    firsts = [
        module.place
        for module in modules(f"services/{name}/migrations")
        for node in module.tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node) == "down_revision = None"
    ]

    assert [place.split("/")[-1][:5] for place in firsts] == ["0001_"]


@every_service
def test_a_service_has_projections_exactly_if_it_copies_facts(name: str) -> None:
    assert has(name, "projections") == bool(service_of(name).projects)


@every_service
def test_a_service_has_reactions_exactly_if_it_acts_on_what_it_hears(name: str) -> None:
    assert has(name, "reactions") == bool(service_of(name).reacts)


@every_service
def test_the_first_page_of_a_service_names_what_it_owns_says_and_hears_as_it_is(name: str) -> None:
    page = import_module(f"services.{name}").__doc__ or ""
    own, heading, heard = re.split(r"(\b(?:listens|hears)\b)", page, maxsplit=1, flags=re.IGNORECASE)

    assert heading
    assert re.search(r"\bowns\b", page, re.IGNORECASE)
    assert events_in(own) == {kind.__name__ for kind in registry.values() if kind.type.split(".")[1] == name}
    assert events_in(heard) == {kind.__name__ for kind in service_of(name).hears}


@every_service
def test_the_first_page_of_a_service_holds_no_code(name: str) -> None:
    page = next(one for one in modules(f"services/{name}") if one.place == f"services/{name}/__init__.py")

    assert len(page.tree.body) == 1
    assert ast.get_docstring(page.tree)


@every_service
def test_a_service_has_tests_of_its_rules_and_of_its_api(name: str) -> None:
    for kind in ("unit", "api"):
        assert list((ROOT / "tests" / kind / name).glob("test_*.py")), f"tests/{kind}/{name} has no test."


def events_in(text: str) -> set[str]:
    """Name the events that a text mentions."""
    return set(re.findall(r"`([A-Z]\w+)`", text))
