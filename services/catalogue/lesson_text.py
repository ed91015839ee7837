"""Turns the Markdown of a lesson into HTML that is safe in any page."""

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "blockquote", "code", "pre", "a"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
}
# No pictures: one from a stranger's server would tell it who reads the lesson, and when.
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}}

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def as_html(markdown: str) -> str:
    """Give CommonMark with tables as HTML without scripts, styles, pictures and frames.

    HTML that stands in the text is shown as text. What the renderer lets through is cleaned once more against a list
    of what is allowed, so that a fault of either does no harm.
    """
    return nh3.clean(
        _markdown.render(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
