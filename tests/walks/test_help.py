"""Help now is there with the database gone, and holds no number whose check has run out."""

import time
from datetime import timedelta

import httpx

from kindcircle.base.lib import clock
from kindcircle.doors.web.shared.help_page import help_file, write_help_page
from kindcircle.rooms.safety.models import Helpline, HelplineCheck
from tests.site import RunningSite
from tests.world import make_world


def test_the_help_page_outlives_the_database(running_site: RunningSite):
    with running_site.database():
        write_help_page()
    table = "safety_helpline"
    from django.db import connection

    with running_site.database(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
    try:
        begun = time.monotonic()
        answer = httpx.get(f"{running_site.url}/help/")
        took = time.monotonic() - begun
    finally:
        with running_site.database(), connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table}_gone RENAME TO {table}")
    assert answer.status_code == 200
    assert "Help now" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert took < 2


def test_a_number_whose_check_ran_out_leaves_the_page(running_site: RunningSite):
    with running_site.database():
        world = make_world()
        now = clock.now()
        line = Helpline.objects.create(
            organisation=world.organisation, country="GB", name="Old line", number="0 OLD 0", hours="-", source="-"
        )
        for by in (world.safety_lead, world.organisation_lead):
            HelplineCheck.objects.create(helpline=line, by=by, at=now)
        write_help_page()
        assert "0 OLD 0" in help_file().read_text()
        HelplineCheck.objects.filter(helpline=line).update(at=now - timedelta(days=181))
        write_help_page()
        assert "0 OLD 0" not in help_file().read_text()
