"""The API explains itself: a document for programs, a page for people that needs no network and no script."""

import re
from html.parser import HTMLParser
from typing import Any

from tests.unit.web.tiny import House


class Outline(HTMLParser):
    """The tags of a page, its ids and its links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(said)
        self.ids += [said["id"] or ""] if "id" in said else []
        self.links += [said["href"] or ""] if "href" in said else []


def document(house: House) -> dict[str, Any]:
    found = house.client.get("/openapi.json").json
    assert isinstance(found, dict)
    return found


def test_the_document_is_openapi_31_with_our_address_and_bearer_tokens(quiet_house: House) -> None:
    found = document(quiet_house)

    assert found["openapi"] == "3.1.0"
    assert found["servers"] == [{"url": "/api/tiny"}]
    assert found["security"] == [{"bearer": []}]
    assert found["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_the_document_says_who_may_call_what(quiet_house: House) -> None:
    paths = document(quiet_house)["paths"]

    assert paths["/items"]["post"]["x-roles"] == ["trainer", "administrator"]
    assert {"401", "403"} <= set(paths["/items"]["post"]["responses"])
    assert "403" not in paths["/items"]["get"]["responses"]
    assert paths["/odd/sign-ins"]["post"]["security"] == []


def test_a_parameter_of_the_edge_joins_those_of_the_view(quiet_house: House) -> None:
    paths = document(quiet_house)["paths"]

    assert [one["name"] for one in paths["/items"]["get"]["parameters"]] == ["limit", "after"]
    assert [one["name"] for one in paths["/items"]["post"]["parameters"]] == ["Idempotency-Key"]
    assert paths["/odd/payments"]["post"]["parameters"][0]["required"] is True


def test_a_view_says_which_body_it_takes_and_which_other_answers_it_gives(quiet_house: House) -> None:
    takes_a_file = document(quiet_house)["paths"]["/items/lists"]["post"]
    answers = takes_a_file["responses"]

    assert takes_a_file["requestBody"] == {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
    assert {"200", "201", "401", "409", "415"} <= set(answers)
    assert answers["409"] == {"$ref": "#/components/responses/CONFLICT"}
    assert answers["200"]["content"] == answers["201"]["content"]


def test_what_apispec_leaves_out_is_put_right(quiet_house: House) -> None:
    weight = document(quiet_house)["components"]["schemas"]["NewItem"]["properties"]["weight"]

    assert (weight["type"], weight["format"], weight["exclusiveMinimum"]) == ("string", "decimal", 0)
    assert "minimum" not in weight


def test_every_operation_is_on_the_page_under_its_group(quiet_house: House) -> None:
    page = quiet_house.client.get("/reference").get_data(as_text=True)
    found = document(quiet_house)

    operations = [method for item in found["paths"].values() for method in item if method != "parameters"]
    ids = Outline(page).ids
    assert len([one for one in ids if re.match("(get|post|put)-", one)]) == len(operations)
    assert len(ids) == len(set(ids))
    for said in ("Items and their titles.", "Rename an item.", "What it is called.", "Role trainer or administrator"):
        assert said in page
    assert "items[].title" in page
    assert "How many items at most. At least 1, at most 200, otherwise 50." in page


def test_the_page_works_without_script_style_attributes_or_another_origin(quiet_house: House) -> None:
    answer = quiet_house.client.get("/reference")
    outline = Outline(answer.get_data(as_text=True))

    assert not {"script", "style", "iframe"} & outline.tags
    assert not {one for one in outline.attributes if one == "style" or one.startswith("on")}
    assert all(link.startswith(("#", "/api/tiny/")) for link in outline.links)
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_every_link_of_the_page_leads_somewhere(quiet_house: House) -> None:
    outline = Outline(quiet_house.client.get("/reference").get_data(as_text=True))

    for link in outline.links:
        if link.startswith("#"):
            assert link[1:] in outline.ids
        else:
            with quiet_house.client.get(link) as answer:
                assert answer.status_code == 200
