"""Signing in by mailed code and with a code app, staff and members, and what nobody can learn on the way."""

import re
import smtplib
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client

from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from tests.world import World, make_person

CONFIRM = "/account/login/code/confirm/"


@pytest.fixture(autouse=True)
def memory_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def ask_for_code(client: Client, address: str) -> str:
    """Type an address and read the code from the mail; empty when no mail came."""
    mail.outbox.clear()
    page = client.post("/account/login/", {"login": address})
    assert (page.status_code, page.headers["Location"]) == (302, CONFIRM)
    for _ in range(100):
        if mail.outbox:
            return re.search(r": (\S+)", mail.outbox[0].body).group(1)
        time.sleep(0.01)
    return ""


def current_digits(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_a_member_signs_in_with_a_mailed_code(client, world: World):
    person = make_person(world.organisation, "Ada", at=world.at, email="Ada.Canary@example.org")
    code = ask_for_code(client, " ada.canary@EXAMPLE.org ")
    assert mail.outbox[0].to == ["Ada.Canary@example.org"]
    assert client.post(CONFIRM, {"code": code}).status_code == 302
    assert int(client.session["_auth_user_id"]) == person.pk


def test_the_mail_says_nothing_about_the_site_or_the_person(client, world: World):
    make_person(world.organisation, "Ada", at=world.at, email="ada@example.org")
    ask_for_code(client, "ada@example.org")
    said = mail.outbox[0].subject + mail.outbox[0].body + mail.outbox[0].from_email
    for word in ("Ada", world.organisation.name, world.group.name, "compassion", "circle", "Kindcircle"):
        assert word.casefold() not in said.casefold()


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, world: World):
    known = make_person(world.organisation, "Ada", at=world.at, email="ada@example.org")
    ask_for_code(client, "ada@example.org")
    first = client.get(CONFIRM).content
    client.logout()
    assert ask_for_code(client, "nobody@example.org") == ""
    second = client.get(CONFIRM).content
    marks = re.compile(rb'(csrfmiddlewaretoken" value|"X-CSRFToken"|data-token)[=:] ?"[^"]*"')
    assert marks.sub(b"", first) == marks.sub(b"", second)
    assert known.code.encode() not in first


def test_the_page_never_shows_the_typed_or_the_blind_address(client, world: World):
    person = make_person(world.organisation, "Ada", at=world.at, email="ada@example.org")
    ask_for_code(client, "ada@example.org")
    page = client.get(CONFIRM).content.decode()
    assert "ada@example.org" not in page
    assert person.email not in page


def test_a_wrong_code_is_refused_kindly_and_three_of_them_end_the_try(client, world: World):
    make_person(world.organisation, "Ada", at=world.at, email="ada@example.org")
    ask_for_code(client, "ada@example.org")
    for _ in range(3):
        answer = client.post(CONFIRM, {"code": "000000"})
    assert "_auth_user_id" not in client.session
    assert answer.status_code in {200, 302}


def test_staff_without_a_second_key_are_led_to_set_one_up_and_see_nothing_else(client, world: World):
    person = world.facilitator
    code = ask_for_code(client, seals.address_of(person))
    client.post(CONFIRM, {"code": code})
    asked = client.get("/desk/")
    assert (asked.status_code, asked.headers["Location"]) == (302, "/account/factors/")


def test_staff_set_up_a_code_app_and_use_it_the_next_time(client, world: World, django_capture_on_commit_callbacks):
    person: User = world.facilitator
    client.post(CONFIRM, {"code": ask_for_code(client, seals.address_of(person))})
    page = client.get("/account/factors/app/")
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page.content.decode()).group(1)
    assert b"<svg" in page.content
    assert b"data:image" not in page.content
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/account/factors/app/", {"code": current_digits(secret)}).status_code == 302
    assert client.get("/desk/").status_code == 200

    again = Client()
    again.post(CONFIRM, {"code": ask_for_code(again, seals.address_of(person))})
    assert again.get("/desk/").status_code == 302
    assert again.get("/account/factors/authenticate/").status_code == 200


def test_the_seed_of_a_code_app_is_not_readable_in_the_database(client, world: World):
    from allauth.mfa.models import Authenticator

    client.post(CONFIRM, {"code": ask_for_code(client, seals.address_of(world.facilitator))})
    page = client.get("/account/factors/app/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)
    client.post("/account/factors/app/", {"code": current_digits(secret)})
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept


def test_nobody_signs_up_without_an_invitation(client, db):
    assert client.post("/account/signup/", {"email": "new@example.org"}).status_code == 200
    assert not User.objects.exists()


class Refusing(BaseEmailBackend):
    """A mail server that refuses the way real ones do: with the address in its words."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user")})


def test_a_code_that_cannot_be_sent_leaves_no_address_in_the_log(client, world: World, settings, caplog, capfd):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    make_person(world.organisation, "Ada", at=world.at, email="ada.canary@example.org")
    assert client.post("/account/login/", {"login": "ada.canary@example.org"}).headers["Location"] == CONFIRM
    for _ in range(100):
        if "could not be sent" in caplog.text:
            break
        time.sleep(0.01)
    assert "could not be sent: SMTPRecipientsRefused" in caplog.text
    assert "canary" not in (caplog.text + "".join(capfd.readouterr())).casefold()
