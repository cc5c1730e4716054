"""Where those wait who have asked to come in. When everybody comes back at once they are asked about by the dozen."""

import asyncio

from kindcircle.doors.sockets.admission import Asking, Visitor, admit_all
from kindcircle.doors.sockets.threads import for_devices

AT_ONCE = 64  # people in one question: many enough to spare the database, few enough that the first need not wait


class Entrance:
    """The door of this process.

    Whoever comes alone is asked about at once. Whoever comes while others are being asked about waits for that to end
    and is then asked about together with all who came meanwhile: what is answered is never older than the asking.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[Asking, asyncio.Future[Visitor | None]]] = []
        self._keeper: asyncio.Task[None] | None = None

    async def ask(self, session_key: str, code: str, *, to_wall: bool) -> Visitor | None:
        """The person of this session, if they may be in this gathering (`admission.admit_all`)."""
        answer: asyncio.Future[Visitor | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((Asking(session_key, code, to_wall), answer))
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep())
        return await answer

    async def _keep(self) -> None:
        while self._waiting:
            now, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                visitors = await for_devices.do(admit_all, [asking for asking, _ in now])
            except Exception as error:  # the database may be away: each hears of it, and their devices try again
                for _, answer in now:
                    if not answer.done():
                        answer.set_exception(error)
            else:
                for (_, answer), visitor in zip(now, visitors, strict=True):
                    if not answer.done():  # who hung up while waiting is not told
                        answer.set_result(visitor)


entrance = Entrance()
