"""What the architecture tests look at: the folders of services, and every module of ours with its syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path

from deploy.roster import services_with_database
from shared.service import Service

ROOT = Path(__file__).parents[2]
SERVICES = services_with_database()
"""The folders under `services/` that are a service with tables; the portal, which has none, has a shape of its own."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A module of ours, by its path from the root of the tree; read when it is first asked for."""

    place: str

    @property
    def name(self) -> str:
        """The last part of its dotted name; a package has the name of its folder."""
        path = Path(self.place)
        return path.parent.name if path.name == "__init__.py" else path.stem

    @cached_property
    def text(self) -> str:
        """Its source."""
        return (ROOT / self.place).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Give every module under these folders, in the order of their paths."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(_module(path) for path in paths)


def named_nodes(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Give every node below one, with the dotted name of the class and function that it stands in."""
    for node in ast.iter_child_nodes(tree):
        yield inside, node
        below = f"{inside}.{node.name}".strip(".") if isinstance(node, ast.ClassDef | Function) else inside
        yield from named_nodes(node, below)


def service_of(folder: str) -> Service:
    """Give the service that a folder under `services/` declares."""
    declared: Service = import_module(f"services.{folder}.app").service
    return declared


@cache
def _module(path: Path) -> Module:
    return Module(path.relative_to(ROOT).as_posix())
