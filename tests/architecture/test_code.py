"""How the code is written: names that say something, short functions, errors that aren't swallowed, one clock."""

import ast
import re
from collections.abc import Iterator, Mapping

import pytest

from tests.architecture.house import Function, Module, modules, named_nodes

LONGEST_MODULE = 320
LONGEST_FUNCTION = 45

BANNED_MODULES = frozenset(
    ["common", "data", "helper", "helpers", "info", "manager", "managers", "misc", "obj", "util", "utils"]
)
BANNED_ENDINGS = re.compile(r"(Manager|Helper|Processor|Util|Data|Info|Obj)s?$")

CATCH_EVERYTHING = {
    "services/embedded.py Worker._run": "the edge of a thread: nobody else would see it",
    "shared/messaging/consumer.py Consumer._alone": "whatever a handler raises is this event's outcome",
    "shared/messaging/consumer.py Consumer._handle": "a batch that fails is tried again, one event at a time",
    "shared/messaging/errands.py Errands._run": "the edge of a thread: nobody else would see it",
    "shared/messaging/relay.py Relay.call_timers": "a timer that fails stops neither the others nor the events",
    "shared/messaging/consumer.py Consumer.run": "what means `wait` has several kinds; the rest is raised",
    "shared/messaging/relay.py Relay.run": "what means `wait` has several kinds; the rest is raised",
    "shared/web/keys.py KeyRing._keep_fresh": "the edge of a thread that would otherwise end in silence",
}
"""Where an error of any kind may end, and why. To catch everything, clean up and raise is free."""

OF_THE_MOMENT = {
    "datetime.now": "shared.clock.now",
    "datetime.today": "shared.clock.now",
    "datetime.utcnow": "shared.clock.now",
    "date.today": "shared.clock.local_day",
    "func.now": "shared.clock.now",
    "time.time": "shared.clock.now",
    "time.sleep": "an Event's wait, which can be ended",
    "os.urandom": "shared.ids.new_id",
    **{f"uuid.uuid{version}": "shared.ids.new_id" for version in (1, 4, 6, 7, 8)},
    **{f"{module}.*": "an argument, or shared.ids.new_id" for module in ("random", "secrets", "uuid_utils")},
}
"""What may not be asked anywhere but at the seams, by its dotted name, and what to ask instead."""

SEAMS = {
    "shared/clock.py": "the clock",
    "shared/ids.py": "the ids",
    "services/assessment/commands/banks.py": "the order in which a question's options will be shown, handed on as lots",
    "services/identity/model/base.py": "secrets that nobody can guess: links, tokens, clients",
}


def test_no_module_has_a_name_that_says_nothing() -> None:
    found = [
        one.place
        for one in modules("services", "shared", "deploy", "tests")
        if one.name in BANNED_MODULES or re.search(r"(^|_)(manager|helper|processor|util)s?$", one.name)
    ]

    assert not found, f"Name these for what they own: {', '.join(found)}."


def test_no_module_inside_a_service_is_called_service_because_that_is_the_whole() -> None:
    found = [
        one.place for one in modules("services") if one.place.count("/") > 1 and one.name in {"service", "services"}
    ]

    assert not found, f"Name these for what they own: {', '.join(found)}."


def test_no_class_is_named_for_a_technique() -> None:
    found = [
        f"{module.place} {node.name}"
        for module in modules("services", "shared", "deploy")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and BANNED_ENDINGS.search(node.name)
    ]

    assert not found, f"Name these in the field's words: {', '.join(found)}."


def test_no_module_is_longer_than_can_be_held_in_mind() -> None:
    long = [f"{one.place} ({one.lines})" for one in modules("services", "shared") if one.lines > LONGEST_MODULE]

    assert not long, f"Split by aggregate what is longer than {LONGEST_MODULE} lines: {', '.join(long)}."


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{module.place} {node.name} ({lines})"
        for module in modules("services", "shared")
        if "/migrations/" not in module.place
        for node in ast.walk(module.tree)
        if isinstance(node, Function) and (lines := lines_of(node)) > LONGEST_FUNCTION
    ]

    assert not long, f"Split by what they do, over {LONGEST_FUNCTION} lines: {', '.join(long)}."


def test_errors_of_any_kind_are_held_up_only_where_it_is_meant() -> None:
    found = {
        f"{module.place} {inside}"
        for module in modules("services", "shared", "deploy")
        for inside, node in named_nodes(module.tree)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node) and not raises_at_its_end(node)
    }

    assert found == set(CATCH_EVERYTHING), "Catch what you can answer for, or say above why everything is caught."


def test_time_chance_and_ids_come_from_their_seams_alone() -> None:
    asked = {module.place: list(asked_of_the_moment(module.tree)) for module in modules("services", "shared")}
    strangers = [
        f"{place}: {name}; ask {OF_THE_MOMENT[name]} instead"
        for place, names in asked.items()
        if place not in SEAMS
        for name in names
    ]

    assert not strangers, "\n".join(strangers)
    assert {place for place, names in asked.items() if names} == set(SEAMS)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("from datetime import datetime\nat = datetime.now()", "datetime.now"),
        ("import datetime as dt\nday = dt.date.today()", "date.today"),
        ("import time\ntime.sleep(1)", "time.sleep"),
        ("from time import sleep\nsleep(1)", "time.sleep"),
        ("from uuid import uuid4 as fresh\nfresh()", "uuid.uuid4"),
        ("from random import shuffle", "random.*"),
        ("import sqlalchemy as sa\nat = sa.func.now()", "func.now"),
    ],
)
def test_the_look_at_the_seams_sees_through_every_way_to_import(code: str, name: str) -> None:
    assert name in set(asked_of_the_moment(ast.parse(code)))


def test_the_look_at_the_seams_lets_our_own_clock_pass() -> None:
    assert not list(asked_of_the_moment(ast.parse("from shared import clock\nat = clock.now()")))


def test_no_code_of_a_service_commits_or_rolls_back_because_the_edge_does() -> None:
    found = [
        f"{module.place} {inside}"
        for module in modules("services")
        for inside, node in named_nodes(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"session.commit", "session.rollback"}
    ]

    assert not found, f"Leave settling to the edge: {', '.join(found)}."


def test_every_module_says_what_it_owns() -> None:
    silent = [one.place for one in modules("services", "shared", "deploy") if one.lines and not says(one)]

    assert not silent, f"Begin these with a sentence: {', '.join(silent)}."


def says(module: Module) -> bool:
    first, *_ = (ast.get_docstring(module.tree) or "").split("\n\n")
    return first.endswith((".", "?", ":"))


def lines_of(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def catches_everything(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or ast.unparse(one) in {"Exception", "BaseException"} for one in caught)


def raises_at_its_end(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], ast.Raise)


def asked_of_the_moment(tree: ast.Module) -> Iterator[str]:
    """Give every banned name that a module imports or uses, as it stands in `OF_THE_MOMENT`."""
    known = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield from banned(dotted(node, known))
    for origin in known.values():
        yield from banned(origin)


def imported(tree: ast.Module) -> Mapping[str, str]:
    """Give what each imported name of a module stands for: `{"randint": "random.randint"}`."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {(one.asname or one.name): one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            known |= {(one.asname or one.name): f"{node.module}.{one.name}" for one in node.names}
    return known


def dotted(node: ast.Attribute, known: Mapping[str, str]) -> str:
    first, _, rest = ast.unparse(node).partition(".")
    return f"{known.get(first, first)}.{rest}"


def banned(name: str) -> Iterator[str]:
    two = ".".join(name.split(".")[-2:])
    for candidate in (two, f"{name.split('.')[0]}.*"):
        if candidate in OF_THE_MOMENT:
            yield candidate
