"""Tenants need a zone, and units stand in a tree."""

import pytest

from services.identity.model import Tenant
from services.identity.model.organisation import UnknownZone, ring_in, units_below
from shared.ids import new_id


def test_a_tenant_needs_an_iana_zone() -> None:
    assert Tenant.define(kind="city", code="SMG", name="Semarang", zone="Asia/Jakarta").zone == "Asia/Jakarta"
    with pytest.raises(UnknownZone, match="WIB"):
        Tenant.define(kind="city", code="SMG", name="Semarang", zone="WIB")


def test_units_below_are_those_of_every_depth() -> None:
    top, middle, leaf, other = new_id(), new_id(), new_id(), new_id()
    parents = {top: None, middle: top, leaf: middle, other: None}
    assert units_below([top], parents) == {top, middle, leaf}
    assert units_below([leaf], parents) == {leaf}
    assert units_below([middle, other], parents) == {middle, leaf, other}
    assert units_below([], parents) == set()


def test_a_ring_of_units_is_named_by_its_codes() -> None:
    assert ring_in({"A": None, "B": "A", "C": "B"}) is None
    assert ring_in({"A": "C", "B": "A", "C": "B", "D": None}) == ["A", "C", "B", "A"]
    assert ring_in({"A": "A"}) == ["A", "A"]
    assert ring_in({"D": "B", "B": "C", "C": "B"}) == ["B", "C", "B"]
