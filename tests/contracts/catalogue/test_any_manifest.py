"""Whatever comes as a manifest is read or refused, and whatever is written can be read."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogue.manifest import (
    CourseManifest,
    Lesson,
    ManifestRefused,
    read_manifest,
    write_manifest,
)
from tests.unit.catalogue.test_manifest import PLAIN, archive_of

TITLES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40) | st.sampled_from(
    ["yes", "~", "2026-01-01", "0x1F", "1:30", "- a", "{a: b}", "# x", "*a", "&a", "!tag", "a: b", "null", "'", '"']
)


@settings(deadline=None, max_examples=60)
@given(title=TITLES, body=TITLES, summary=TITLES | st.just(""))
def test_any_text_survives_the_round_trip(title: str, body: str, summary: str) -> None:
    lesson = Lesson("L1", title, 30, True, "text", body=body)
    manifest = replace(PLAIN, title=title, summary=summary, lessons=(lesson,), files=())

    assert read_manifest(write_manifest(manifest, {})) == manifest


WHOLE = archive_of()


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200) | st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6))
def test_no_bytes_whatsoever_break_the_reader(change: bytes | list[tuple[int, int]]) -> None:
    source = bytearray(change if isinstance(change, bytes) else WHOLE)
    for place, value in change if isinstance(change, list) else []:
        source[place] = value

    with suppress(ManifestRefused):
        assert isinstance(read_manifest(bytes(source)), CourseManifest)


@settings(deadline=None)
@given(st.text("abc:-[]{}&*!'\"#|>?<~=%@`, \n0123456789.", max_size=60))
def test_no_yaml_whatsoever_breaks_the_reader(course: str) -> None:
    with pytest.raises(ManifestRefused):
        read_manifest(archive_of(course))
