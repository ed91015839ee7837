"""Whatever is written as a lesson is shown, and nothing in it can act."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogue.lesson_text import as_html


@given(st.text(alphabet="<>[]()!#*`_ \n\"'=/:&ajscriptonx", max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_text_whatsoever_brings_in_a_tag_that_is_not_allowed(text: str) -> None:
    allowed = {"p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "blockquote", "code", "pre"}
    allowed |= {"a", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
    assert set(re.findall(r"</?([a-zA-Z]\w*)", as_html(text))) <= allowed


@pytest.mark.parametrize("deep", ["> ", "- ", "[", "![", "*a **b ", "[[a](", "`a``", "|a|\n|-|\n|"])
def test_a_text_that_is_nested_without_end_is_shown_all_the_same(deep: str) -> None:
    assert as_html(deep * 800)
