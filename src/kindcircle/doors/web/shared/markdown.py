"""Our own content, written in Markdown, as HTML that is safe to show."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark", {"html": False})
TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "em", "strong", "blockquote"}


def as_html(text: str, *, deeper: int = 0) -> SafeString:
    """Markdown of our own content as safe HTML: raw HTML is off at parsing, and what comes out is cleaned again.

    deeper moves its headings down by so many levels, to fit under the headings of the page around it.
    """
    tokens = MARKDOWN.parse(text)
    for token in tokens:
        if token.type.startswith("heading_"):
            token.tag = f"h{int(token.tag[1:]) + deeper}"
    return mark_safe(nh3.clean(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}), tags=TAGS))  # noqa: S308
