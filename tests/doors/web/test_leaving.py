"""Getting away works whatever else does not, and every coming and going leaves a trace."""

from django.db import connection

from kindcircle.base.audit.models import AuditEntry
from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def test_leaving_leads_away_and_empties_the_browser(client, world: World):
    client.force_login(world.member, backend=BACKEND)
    answer = client.get("/leave/")
    assert answer.status_code == 302
    assert "wikipedia" in answer.headers["Location"]
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert "_auth_user_id" not in client.session


def test_leaving_leads_away_when_nothing_can_be_written(client, world: World):
    client.force_login(world.member, backend=BACKEND)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_audithead RENAME TO audit_gone")
    answer = client.get("/leave/")
    assert answer.status_code == 302
    assert answer.cookies["session"].value == ""
    assert "_auth_user_id" not in client.session


def test_signing_out_empties_the_browser_too(client, world: World):
    client.force_login(world.member, backend=BACKEND)
    answer = client.post("/account/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_coming_and_going_leave_a_trace(client, world: World):
    client.force_login(world.member, backend=BACKEND)
    client.post("/account/logout/")
    traces = AuditEntry.objects.filter(actor=world.member.code).order_by("number").values_list("event", flat=True)
    assert list(traces) == ["signed in", "signed out"]
