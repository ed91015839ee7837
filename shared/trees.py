"""Trees that are given as the parent of each node, such as the units of a city."""

from collections.abc import Mapping
from uuid import UUID


def upward(start: UUID, parents: Mapping[UUID, UUID | None]) -> list[UUID]:
    """Give a node and every node above it, the nearest first; a ring is walked once, an unknown parent ends the way."""
    line: list[UUID] = []
    node: UUID | None = start
    while node is not None and node not in line:
        line.append(node)
        node = parents.get(node)
    return line
