"""A page on paper: a PDF that a browser shows, under a plain file name."""

from django.http import HttpResponse
from django.utils.text import slugify

from kindcircle.paper.setting import pdf


def paper(shape: str, words: dict[str, object], name: str, *, keep: bool = True) -> HttpResponse:
    """A PDF, shown in the browser under a plain file name. keep=False for words about a person."""
    response = HttpResponse(pdf(shape, words, keep=keep), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slugify(name)}.pdf"'
    return response
