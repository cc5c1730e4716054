"""Pages go over the line packed, for whom each second and each kilobyte counts."""

import re

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# The length of a practice is in its address. A page takes it from a short list or not at all.
NO_QUESTION = re.compile(r"(seconds=\d{1,4})?")


class PackedPages(GZipMiddleware):
    """A page is sent at a quarter of its size; never one that holds something the asker has just put into it.

    Somebody who can watch the line, and make a browser ask for our pages with words of their choice, could tell from
    the lengths of packed answers whether those words stand on the page (the BREACH attack). So nothing is packed that
    answers a form or an address with a question in it, and Django adds a random number of bytes to the rest.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        a_page = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
        if a_page and request.method == "GET" and NO_QUESTION.fullmatch(request.META.get("QUERY_STRING", "")):
            return super().process_response(request, response)  # type: ignore[no-any-return]
        return response
