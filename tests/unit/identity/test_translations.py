"""Every Indonesian sentence of the pages has its English one."""

import re
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import services.identity
from services.identity.pages.language import CATALOGUE, english

PLACE = re.compile(r"%\((\w+)\)s")


@cache
def sentences() -> frozenset[str]:
    """The sentences of the sources."""
    found = extract_from_dir(
        Path(services.identity.__file__).parent,
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"say": None, "_": None},
    )
    return frozenset(message for _, _, message, _, _ in found if isinstance(message, str))


def test_every_sentence_is_translated() -> None:
    with CATALOGUE.open("rb") as text:
        translated = {str(one.id): str(one.string) for one in read_po(text, locale="en") if one.id and not one.fuzzy}
    assert len(translated) > 30
    assert {one for one in sentences() if not translated.get(one)} == set()


def test_no_translation_has_lost_its_sentence() -> None:
    with CATALOGUE.open("rb") as text:
        assert {str(one.id) for one in read_po(text, locale="en") if one.id} - sentences() == set()


def test_translations_keep_the_places_for_values() -> None:
    for sentence in sentences():
        assert set(PLACE.findall(sentence)) == set(PLACE.findall(english().ugettext(sentence)))
