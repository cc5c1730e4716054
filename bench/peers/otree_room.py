"""The peer for live experiments: an oTree live page with sixteen participants in each session, as its manual has it.

python bench/peers/otree_room.py PORT ROOMS FILE      in an environment with bench/peers/otree.txt

When it listens, FILE holds the addresses of the sockets of each room as JSON. What one participant sends goes through
the page's live_method to all participants of the group.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

APP = """
from otree.api import *

class C(BaseConstants):
    NAME_IN_URL = "fan_out"
    PLAYERS_PER_GROUP = None
    NUM_ROUNDS = 1

class Subsession(BaseSubsession):
    pass

class Group(BaseGroup):
    pass

class Player(BasePlayer):
    pass

class Room(Page):
    @staticmethod
    def live_method(player, data):
        return {0: data}

page_sequence = [Room]
"""
SETTINGS = """
SESSION_CONFIGS = [dict(name="fan_out", app_sequence=["fan_out"], num_demo_participants=16)]
SESSION_CONFIG_DEFAULTS = dict(real_world_currency_per_point=1.0, participation_fee=0.0, doc="")
LANGUAGE_CODE = "en"
REAL_WORLD_CURRENCY_CODE = "EUR"
USE_POINTS = True
ADMIN_USERNAME = "admin"
ADMIN_PASSWORD = ""
SECRET_KEY = "only for this benchmark"
"""
PAGE = "{{ block content }}<p>A room</p>{{ endblock }}"
EACH = 16


def main(port: int, rooms: int, told: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="otree-room-"))
    for name in ("fan_out", "_static", "_templates"):
        (folder / name).mkdir()
    (folder / "settings.py").write_text(SETTINGS)
    (folder / "fan_out" / "__init__.py").write_text(APP)
    (folder / "fan_out" / "Room.html").write_text(PAGE)
    os.chdir(folder)
    os.environ["OTREE_PRODUCTION"] = "1"
    sys.path.insert(0, str(folder))
    import otree.main

    otree.main.setup()
    from otree.channels.utils import live_path
    from otree.database import init_orm, session_scope
    from otree.models import Participant
    from otree.session import create_session

    init_orm()
    sessions = []
    for _ in range(rooms):
        with session_scope():
            sessions.append(create_session("fan_out", num_participants=EACH).code)
    from otree.asgi import app

    places: list[list[str]] = []
    for session in sessions:
        with session_scope():
            people = Participant.objects_filter(_session_code=session).all()
            for one in people:
                one._index_in_pages = 1  # they have opened the page
            codes = [one.code for one in people]
        page = {"session_code": session, "page_index": 1, "page_name": "Room"}
        places.append([live_path(participant_code=code, **page) for code in codes])
    told.write_text(json.dumps(places))
    import uvicorn

    uvicorn.run(app, port=port, log_level="warning", loop="asyncio", ws="websockets")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
