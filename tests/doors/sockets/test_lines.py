"""What devices tell about their lines reaches the action that leads, and no further."""

import asyncio
import contextlib

from kindcircle.base.lib import clock
from kindcircle.rooms.live.lead_time import LONGEST, SHORTEST, lead_for
from kindcircle.rooms.live.models import Presence
from tests.doors.sockets.devices import all_within, cookie_of, in_thread, next_of, run, say, socket_for
from tests.rooms.live.stage import Stage
from tests.site import RunningSite


def test_the_slowest_line_of_those_who_are_here_sets_the_lead(running_site: RunningSite, stage: Stage) -> None:
    world, gathering = stage.world, stage.gathering
    cookies = [cookie_of(running_site, user) for user in (*world.members[:2], world.facilitator)]
    rtts = [40, 1500, 30]

    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            sockets = []
            for cookie, rtt in zip(cookies, rtts, strict=True):
                socket = await stack.enter_async_context(socket_for(running_site, cookie, stage.code))
                sockets.append(socket)
                await say(socket, t="hello", after=0)
                await next_of(socket, "events")
                await say(socket, t="line", rtt=rtt, error=20)
            # The same member on a second, quicker device: the slower one still decides.
            second = await stack.enter_async_context(socket_for(running_site, cookies[1], stage.code))
            await say(second, t="line", rtt=5, error=1)
            async with asyncio.timeout(15):
                while await in_thread(Presence.objects.filter(gathering=gathering, lead_ms=None).exists):
                    for socket in sockets:  # a page says hello every few seconds
                        await say(socket, t="hello", after=1)
                    await asyncio.sleep(1)
            assert await in_thread(lead_for, gathering, at=clock.now()) == 2 * 1500 + 20 + 500
            heard = [frame for socket in sockets[:2] for frame in await all_within(socket, 0.5)]
            assert not any("rtt" in frame or "lead" in frame or "3520" in frame for frame in heard)

    run(story())
    assert "did not succeed" not in running_site.said()
    leads = dict(Presence.objects.filter(gathering=gathering).values_list("user_id", "lead_ms"))
    assert leads == {world.members[0].pk: SHORTEST, world.members[1].pk: 3520, world.facilitator.pk: SHORTEST}
    assert max(leads.values()) < LONGEST
