"""The readers of question files promise more than a list of files shows: nothing breaks or stalls them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.gift import read_gift
from services.assessment.moodle_xml import read_moodle_xml
from services.assessment.preview import Preview
from tests.unit.assessment import test_gift as gift
from tests.unit.assessment.test_moodle_xml import ANSWERS, TAGS, TRUTHS, asked, category, quiz

SIGNS = [*"{}=~#\\%:", "::", "####", "->", "\n", "\n\n", "T", "a", "1", "50%", "[html]", "$CATEGORY: ", gift.TAGS]
GIFT_LIKE = st.lists(st.sampled_from(SIGNS) | st.text(max_size=5), max_size=40).map("".join)

PIECES = [
    *("<quiz>", "</quiz>", "<question>", "</question>", '<question type="multichoice">', "<text>", "</text>"),
    *("<questiontext>", "</questiontext>", '<answer fraction="100">', '<answer fraction="0">', "</answer>", TAGS),
    *(ANSWERS, TRUTHS, "<![CDATA[", "]]>", "<![if a]>", "&amp;", "&#x85;", "<!DOCTYPE quiz>", "\n", asked()),
]
XML_LIKE = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join)
WHOLE = quiz(category("kompetensi/PP/tingkat/2"), asked(), asked(TAGS + TRUTHS, kind="truefalse")).encode()


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Draw a sound file with one stretch of it replaced by something else."""
    start = draw(st.integers(0, len(WHOLE)))
    end = draw(st.integers(start, min(start + 40, len(WHOLE))))
    other = draw(st.binary(max_size=8) | st.text(max_size=8).map(str.encode) | st.sampled_from(PIECES).map(str.encode))
    return WHOLE[:start] + other + WHOLE[end:]


def require_whole(preview: Preview) -> None:
    """Fail for a file of which nothing is said, and for a question that nobody could answer."""
    assert preview.questions or preview.errors or preview.not_carried_over
    for question in preview.questions:
        rights = sum(option.correct for option in question.options)
        assert rights == 1 or question.kind in ("multiple", "numeric", "short_answer", "matching")
        assert question.options or question.numbers or question.texts or question.pairs


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300) | GIFT_LIKE)
def test_no_gift_whatsoever_breaks_the_reader(source: bytes | str) -> None:
    require_whole(read_gift(source))


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300) | XML_LIKE | XML_LIKE.map("<quiz>{}</quiz>".format) | mutations())
def test_no_xml_whatsoever_breaks_the_reader(source: bytes | str) -> None:
    require_whole(read_moodle_xml(source))


@pytest.mark.timeout(10)
@pytest.mark.parametrize("sign", ["[tag:", "\\", "{", "}", "~", "::", "#", "=", "//[tag:", " ", "%1"])
def test_a_long_run_of_one_sign_is_read_in_time_as_gift(sign: str) -> None:
    assert isinstance(read_gift("// " + sign * (100_000 // len(sign))), Preview)
    assert isinstance(read_gift("a {=" + sign * (100_000 // len(sign))), Preview)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("sign", ["<![CDATA[", "&amp;", "<!--", "]]>", "<b ", "<p></p>", "<div>", "<", " a='"])
def test_a_long_run_of_one_sign_is_read_in_time_as_xml(sign: str) -> None:
    run = sign * (500_000 // len(sign))

    assert isinstance(read_moodle_xml(f"<quiz><question>{run}"), Preview)
    nameless = asked(text=f"<![CDATA[{run.replace(']]>', '')}]]>").replace("<text>Ibu kota</text>", "", 1)
    assert isinstance(read_moodle_xml(quiz(nameless)), Preview)
