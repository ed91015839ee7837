"""The way up a tree, whatever was heard of it so far."""

from uuid import UUID

from shared.trees import upward

TOP, MIDDLE, LOW = (UUID(int=number) for number in range(3))


def test_the_way_up_ends_at_the_top_at_a_ring_and_where_a_parent_is_not_known() -> None:
    assert upward(LOW, {TOP: None, MIDDLE: TOP, LOW: MIDDLE}) == [LOW, MIDDLE, TOP]
    assert upward(LOW, {MIDDLE: LOW, LOW: MIDDLE}) == [LOW, MIDDLE]
    assert upward(LOW, {LOW: MIDDLE}) == [LOW, MIDDLE]
    assert upward(LOW, {}) == [LOW]
