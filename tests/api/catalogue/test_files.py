"""Files of lessons: how they come in, and how they are given out, whole and in parts."""

import io
from dataclasses import dataclass, replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.catalogue.authors import FILE, Author, author_in
from tests.api.catalogue.conftest import LEAFLET, City, House

RAW = "application/octet-stream"


@dataclass
class Kept:
    """A file that was uploaded in a city."""

    city: City
    address: str

    def get(self, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.city.get(self.address, "trainer", headers=named)


def upload(
    author: Author, lesson: str, content: bytes = LEAFLET, name: str = "lembar.pdf", **rest: Any
) -> TestResponse:
    return author.ask("PUT", f"/draft/lessons/{lesson}/file?name={name}", data=content, content_type=RAW, **rest)


def material(author: Author, lesson: str) -> dict[str, Any]:
    shown = author.city.get(f"/courses/{author.course}/draft/lessons/{lesson}", "trainer").get_json()
    return dict(shown["material"] or {})


@pytest.fixture
def author(house: House) -> Author:
    return author_in(house.city())


@pytest.fixture
def lesson(author: Author) -> str:
    return author.add("L1", FILE)


@pytest.fixture(scope="module")
def kept(house: House) -> Kept:
    """A file that is only read."""
    author = author_in(house.city())
    lesson = author.add("L1", FILE)
    assert upload(author, lesson).status_code == 200
    return Kept(author.city, material(author, lesson)["url"])


def test_a_file_comes_as_the_whole_body_or_as_a_part_of_a_form(author: Author, lesson: str) -> None:
    assert upload(author, lesson).status_code == 200
    whole = material(author, lesson)
    assert (whole["name"], whole["size"], whole["content_type"]) == ("lembar.pdf", len(LEAFLET), "application/pdf")
    longer = LEAFLET + bytes(90_000)
    form = {"file": (io.BytesIO(longer), "/dokumen/lembar dua.pdf"), "catatan": "dua"}
    assert author.ask("PUT", f"/draft/lessons/{lesson}/file", data=form).status_code == 200
    part = material(author, lesson)
    assert (part["name"], part["size"]) == ("lembar dua.pdf", len(longer))
    assert author.city.get(part["url"], "trainer").data == longer
    assert part["sha256"] != whole["sha256"]


def test_the_same_content_is_kept_once(author: Author, lesson: str) -> None:
    for name in ("satu.pdf", "dua.pdf"):
        upload(author, author.add(name[:3], FILE), name=name)
    folder = author.city.settings.storage / str(author.city.id)
    assert len([one for one in folder.rglob("*") if one.is_file()]) == 1
    assert list((author.city.settings.storage / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"MZ\x90\x00\x03", "kind-of-file-is-not-taken"), (b"PK\x03\x04rusak", "kind-of-file-is-not-taken")],
)
def test_a_kind_that_is_not_taken_is_told_by_its_content(
    author: Author, lesson: str, content: bytes, kind: str
) -> None:
    refused = upload(author, lesson, content)
    assert (refused.status_code, refused.get_json()["type"]) == (422, f"/problems/{kind}")
    assert material(author, lesson) == {}


def test_an_upload_of_nothing_of_two_files_or_of_no_form_says_what_to_send(author: Author, lesson: str) -> None:
    place = f"/draft/lessons/{lesson}/file"
    two = {"file": [(io.BytesIO(LEAFLET), "a.pdf"), (io.BytesIO(LEAFLET), "b.pdf")]}
    for sent in ({"catatan": "x"}, two):
        refused = author.ask("PUT", place, data=sent, content_type="multipart/form-data")
        assert refused.get_json()["type"] == "/problems/file-is-missing", refused.text
    assert upload(author, lesson, b"").get_json()["errors"]["file"]
    broken = author.ask("PUT", place, data=b"--x\r\nrusak", content_type="multipart/form-data; boundary=x")
    assert broken.status_code in {400, 422}
    assert author.ask("PUT", place, data=b"{}", content_type="application/json").status_code == 415


def test_more_than_the_limit_is_refused_before_it_is_read(author: Author, lesson: str) -> None:
    refused = upload(author, lesson, LEAFLET + bytes(100_000))
    assert (refused.status_code, refused.get_json()["parameters"]) == (413, {"limit": 100_000})
    unmeasured = author.ask(
        "PUT",
        f"/draft/lessons/{lesson}/file",
        input_stream=io.BytesIO(LEAFLET),
        content_type=RAW,
        headers={"Transfer-Encoding": "chunked"},
    )
    assert unmeasured.status_code == 411


SIZE = len(LEAFLET)


@pytest.mark.parametrize(
    ("said", "start", "stop"),
    [
        ("bytes=100-199", 100, 200),
        ("bytes=0-0", 0, 1),
        ("bytes=-100", SIZE - 100, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        ("bytes=1000-", 1000, SIZE),
        (f"bytes=1000-{SIZE * 2}", 1000, SIZE),
        ("BYTES = 5 - 9", 5, 10),
    ],
)
def test_a_range_is_what_was_asked_for(kept: Kept, said: str, start: int, stop: int) -> None:
    part = kept.get(Range=said)
    assert (part.status_code, part.data) == (206, LEAFLET[start:stop])
    assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert part.headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("said", ["bytes=0-9,20-29", "bytes=9-5", "bytes=-", "bytes=a-b", "seconds=0-9", "0-9"])
def test_what_is_no_single_range_of_bytes_gives_the_whole(kept: Kept, said: str) -> None:
    whole = kept.get(Range=said)
    assert (whole.status_code, whole.data, whole.headers["Accept-Ranges"]) == (200, LEAFLET, "bytes")


@pytest.mark.parametrize("said", [f"bytes={SIZE}-", "bytes=900000-900001", "bytes=-0"])
def test_a_range_beyond_the_end_says_where_the_end_is(kept: Kept, said: str) -> None:
    refused = kept.get(Range=said)
    assert (refused.status_code, refused.headers["Content-Range"]) == (416, f"bytes */{SIZE}")
    assert refused.mimetype == "application/problem+json"


def test_a_range_of_what_has_changed_since_gives_the_whole(kept: Kept) -> None:
    tag = kept.get().headers["ETag"]
    for said, status in ((tag, 206), ('"lain"', 200), ("Wed, 21 Oct 2026 07:28:00 GMT", 200)):
        asked = {"Range": "bytes=0-9", "If_Range": said}
        assert kept.get(**asked).status_code == status, said
    known = kept.get(Range="bytes=0-9", If_None_Match=tag)
    assert (known.status_code, known.data) == (304, b"")


def test_the_head_of_a_file_says_how_large_it_is(kept: Kept) -> None:
    head = kept.city.ask("HEAD", kept.address, "trainer")
    assert (head.status_code, head.headers["Content-Length"], head.data) == (200, str(SIZE), b"")


def test_a_name_in_any_script_is_saved_under_it(author: Author, lesson: str) -> None:
    upload(author, lesson, b"Naskah.", name="naskah%20Jawi%20%E2%80%AEfdp.%D9%86%D8%B5")
    answer = author.city.get(material(author, lesson)["url"], "trainer")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"naskah Jawi fdp.\"; filename*=UTF-8''naskah%20Jawi%20fdp.%D9%86%D8%B5"
    )


def test_nginx_is_told_what_to_send_where_it_does_so(kept: Kept, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = kept.get().headers["ETag"].strip('"')
    edge = house.client.application.extensions["wiyata"]
    behind_nginx = replace(edge, settings=replace(edge.settings, files_location="/kept-files/"))
    monkeypatch.setitem(house.client.application.extensions, "wiyata", behind_nginx)
    answer = kept.get(Range="bytes=0-9")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"", "application/pdf")
    assert answer.headers["X-Accel-Redirect"] == f"/kept-files/{kept.city.id}/{sha256[:2]}/{sha256}"
    assert answer.headers["Content-Disposition"] == "inline; filename=lembar.pdf"


def test_nobody_else_uploads_to_a_draft(author: Author, lesson: str, house: House) -> None:
    seen = {"If-Match": author.city.get(f"/courses/{author.course}").headers["ETag"]}
    path = f"/courses/{author.course}/draft/lessons/{lesson}/file"

    def tried(city: City, role: Any, **rest: Any) -> int:
        return city.ask("PUT", path, role, data=LEAFLET, content_type=RAW, headers=seen, **rest).status_code

    assert tried(author.city, "learner") == 403
    assert tried(author.city, "trainer", person=author.city.other_trainer) == 404
    assert tried(house.city(), "administrator") == 404
    assert not (author.city.settings.storage / str(author.city.id)).exists()
