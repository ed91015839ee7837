"""A list comes in pages that neither skip nor repeat a row, whatever happens to the rows between two requests."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Base as SharedBase
from shared.errors import Invalid
from shared.ids import new_id
from shared.plumbing import service_metadata
from shared.web.pagination import page
from tests.unit.web.tiny import House, Item, bearer


class Base(SharedBase):
    """Tables of this test."""

    __abstract__ = True
    metadata = service_metadata()


class Visit(Base, kind="record"):
    """Something with a moment and a rank, several of which are equal."""

    __tablename__ = "visits"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    rank: Mapped[int]


def walk(house: House, path: str) -> list[list[str]]:
    shown: list[list[str]] = []
    after = ""
    while after is not None:
        answer = house.client.get(f"{path}{after and f'&after={after}'}", headers=bearer()).json
        assert answer is not None
        shown.append([item["title"] for item in answer["items"]])
        after = answer["next"]
    return shown


def test_pages_follow_each_other_to_the_end(house: House) -> None:
    house.add("d", "b", "a", "c", "e")

    assert walk(house, "/items?limit=2") == [["a", "b"], ["c", "d"], ["e"]]


def test_a_list_that_fills_its_last_page_ends_there(house: House) -> None:
    house.add("a", "b", "c", "d")

    assert walk(house, "/items?limit=2") == [["a", "b"], ["c", "d"]]


def test_equal_titles_are_told_apart_by_their_id(house: House) -> None:
    house.add(*["same"] * 5)

    assert [len(shown) for shown in walk(house, "/items?limit=2")] == [2, 2, 1]


def test_a_row_added_before_the_place_shifts_nothing(house: House) -> None:
    house.add("b", "c", "d")
    first = house.client.get("/items?limit=2", headers=bearer()).json
    assert first is not None
    house.add("a")
    second = house.client.get(f"/items?limit=2&after={first['next']}", headers=bearer()).json

    assert second is not None
    assert [item["title"] for item in second["items"]] == ["d"]


def test_a_cursor_holds_any_title(house: House) -> None:
    house.add("a/b?c=d&é", "ü 字 %", "𝄞")

    assert [len(shown) for shown in walk(house, "/items?limit=1")] == [1, 1, 1]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%21%21",
        "bnVsbA",
        "W10",
        "WyJhIl0",
        urlsafe_b64encode(b'["a", "not-an-id"]').decode(),
        urlsafe_b64encode(b'["a", 7]').decode(),
        urlsafe_b64encode(b'["\\u0000", "01890000-0000-7000-8000-00000000c171"]').decode(),
        urlsafe_b64encode(b'["\\ud800", "01890000-0000-7000-8000-00000000c171"]').decode(),
        urlsafe_b64encode(b"[" * 300).decode(),
    ],
)
def test_a_broken_cursor_is_refused_by_its_name(quiet_house: House, cursor: str) -> None:
    answer = quiet_house.client.get(f"/items?after={cursor}", headers=bearer())

    assert answer.status_code == 422
    assert answer.json is not None
    assert set(answer.json["errors"]) == {"after"}


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_a_page_has_between_one_and_two_hundred_items(quiet_house: House, limit: str) -> None:
    answer = quiet_house.client.get(f"/items?limit={limit}", headers=bearer())

    assert answer.status_code == 422
    assert answer.json is not None
    assert set(answer.json["errors"]) == {"limit"}


def test_fifty_items_are_shown_unless_asked_otherwise(house: House) -> None:
    house.add(*[f"{number:03}" for number in range(60)])

    assert [len(shown) for shown in walk(house, "/items?")] == [50, 10]


def test_moments_and_numbers_sort_newest_first_too(house: House) -> None:
    Base.metadata.tables["visits"].create(house.database.engine)
    moments = [datetime(2026, 11, 21, hour, 0, 0, 123_000, tzinfo=UTC) for hour in (1, 2, 2, 3, 3)]
    with house.database.writing() as session:
        session.add_all([Visit(id=new_id(), at=at, rank=number % 2) for number, at in enumerate(moments)])
    seen: list[datetime] = []
    with house.database.reading() as session:
        after = None
        while True:
            shown = page(
                session, select(Visit), by=(Visit.at, Visit.rank, Visit.id), limit=2, after=after, descending=True
            )
            seen += [visit.at for visit in shown.items]
            after = shown.next
            if after is None:
                break

    assert seen == sorted(moments, reverse=True)


def test_a_number_that_no_database_holds_is_no_place(quiet_house: House) -> None:
    cursor = urlsafe_b64encode(b'["99999999999999999999"]').decode()
    with quiet_house.database.reading() as session, pytest.raises(Invalid):
        page(session, select(Item), by=(Item.version,), after=cursor)


def test_a_column_that_may_be_null_can_not_sort(quiet_house: House) -> None:
    with quiet_house.database.reading() as session, pytest.raises(ValueError, match="null"):
        page(session, select(Item), by=(Item.note, Item.id))


def test_the_page_is_documented_under_the_name_of_its_items(quiet_house: House) -> None:
    document = quiet_house.client.get("/openapi.json").json

    assert document is not None
    shown = document["components"]["schemas"]["ItemPage"]
    assert shown["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Item"}
    assert shown["properties"]["next"]["type"] == ["string", "null"]
