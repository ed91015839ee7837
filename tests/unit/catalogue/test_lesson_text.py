"""The text of a lesson as HTML: its form stays, nothing in it can act."""

import re

import pytest

from services.catalogue.lesson_text import as_html


def test_markdown_keeps_its_form() -> None:
    shown = as_html("# Judul\n\nKata *penting* dan [tautan](https://lapor.go.id).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<h1>Judul</h1>" in shown
    assert "<em>penting</em>" in shown
    assert '<a href="https://lapor.go.id" rel="noopener noreferrer nofollow">tautan</a>' in shown
    assert "<td>2</td>" in shown


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[klik](javascript:alert(1))",
        "[klik](JaVaScRiPt:alert(1))",
        "[klik](data:text/html;base64,PHNjcmlwdD4=)",
        "![lihat](https://tracker.example/pixel.png)",
        '<a href="#" onclick="alert(1)">x</a>',
        "<svg/onload=alert(1)>",
        "<iframe src='https://evil.example'></iframe>",
        '[x](https://a.example/"onmouseover="alert(1))',
        "<style>*{display:none}</style>",
        "`<script>alert(1)</script>`",
    ],
)
def test_nothing_in_a_text_can_act(hostile: str) -> None:
    shown = as_html(f"Teks.\n\n{hostile}\n")
    tags = re.findall(r"<[^>]*>", shown)
    assert shown.startswith("<p>Teks.</p>")
    assert not [tag for tag in tags if re.search(r"script|img|svg|iframe|style|\son\w+=|javascript:|data:", tag, re.I)]
