"""Pages come packed over the line, but nothing that holds what the asker has just put into it."""

import gzip

from django.templatetags.static import static
from django.test import Client

from tests.world import World

PACKED = {"headers": {"Accept-Encoding": "gzip, br"}}


def signed_in(world: World) -> Client:
    client = Client()
    client.force_login(world.member)
    return client


def test_a_page_comes_at_less_than_half_of_its_size_and_is_the_same_page(world: World):
    client = signed_in(world)
    for path in ("/today/", "/journal/", "/help/", "/practice/p22-soles-of-the-feet/?seconds=60"):
        loose, answer = client.get(path), client.get(path, **PACKED)
        assert "Content-Encoding" not in loose.headers
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert len(answer.content) < len(loose.content) / 2
        assert b"<h1" in gzip.decompress(answer.content)


def test_the_same_page_has_never_the_same_length(world: World):
    client = signed_in(world)
    assert len({len(client.get("/help/", **PACKED).content) for _ in range(20)}) > 5


def test_what_answers_a_question_or_a_form_is_not_packed(world: World):
    client = signed_in(world)
    assert "Content-Encoding" not in client.get("/help/?of=words", **PACKED).headers
    of_it = "/practice/p22-soles-of-the-feet/?seconds=60&of=words"
    assert "Content-Encoding" not in client.get(of_it, **PACKED).headers
    refused = client.post("/journal/new/day/", {"feelings": ""}, **PACKED)
    assert refused.headers["Content-Type"].startswith("text/html") and "Content-Encoding" not in refused.headers


def test_only_pages_are_packed_here(world: World):
    answer = signed_in(world).get("/phone/app.webmanifest", **PACKED)
    assert answer.status_code == 200 and "Content-Encoding" not in answer.headers


def test_the_policy_stands_on_pages_and_not_on_every_style(world: World):
    client = signed_in(world)
    style = client.get(static("css/every-page.css"))
    assert style.status_code == 200 and b"--plum" in b"".join(style.streaming_content)
    assert style.headers["X-Content-Type-Options"] == "nosniff"
    assert not {"Content-Security-Policy", "Permissions-Policy"} & set(style.headers)
    for path in ("/today/", "/worker.js", "/phone/app.webmanifest"):
        answer = client.get(path)
        assert {"Content-Security-Policy", "Permissions-Policy"} <= set(answer.headers), path
