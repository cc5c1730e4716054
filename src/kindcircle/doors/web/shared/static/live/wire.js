// Keeps this device in touch with the gathering: a socket while it lasts, asking by ordinary request while it does not.
// Truth is the numbered list on the server; whatever is lost on the way is simply asked for again.

import { deviceNow } from "./clock.js";
import { createSync } from "./sync.js";

const ASK_OPEN = 5000; // ms between looks while the socket is open: a lost announcement costs one of these
const ASK_LOST = 4000; // ms between requests while it is not
const SILENT = 9000; // ms without an answer after which an open socket counts as dead
const HERE = 20_000; // ms between signs of life
const FIRST_WAIT = 500; // ms before the first new try, doubling ...
const LONGEST_WAIT = 15_000; // ... up to this

// `after()` tells the last number known without a gap; `hear` gets every message (and poll answers as "events");
// `link` is told "open" (by socket), "asking" (by request), "lost" or "refused". `every`: ms between requests without a socket.
export function connect({ socketUrl, pollUrl, clock, after, hear, link, every = ASK_LOST }) {
  let socket = null;
  let tries = 0;
  let retry = 0;
  let asking = 0;
  let owedSince = null; // when we first asked since we last heard anything
  let hereAt = 0;
  let over = false;

  const isOpen = () => socket?.readyState === WebSocket.OPEN;

  const send = (message) => {
    if (!isOpen()) return false;
    owedSince ??= deviceNow();
    socket.send(JSON.stringify(message));
    return true;
  };

  const sync = createSync(clock, send);

  const read = (message) => {
    const received = deviceNow();
    owedSince = null;
    sync.take(message, received);
    if (message.t === "newer") ask();
    else if (message.t !== "clock") hear(message);
  };

  const ask = () => send({ t: "hello", after: after() }) || poll();

  // A request is also a clock exchange: the server read its clock somewhere between arriving and replying.
  const poll = async () => {
    const sent = deviceNow();
    try {
      const answer = await fetch(`${pollUrl}?after=${after()}`, { cache: "no-store", redirect: "manual" });
      if (over) return;
      if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return end();
      if (!answer.ok) return;
      const { events, now } = await answer.json();
      clock.add({ sent, arrived: now, replied: now, received: deviceNow() });
      if (!isOpen()) link("asking");
      hear({ t: "events", events, now });
    } catch {
      if (!over && !isOpen()) link("lost"); // out of reach: the next round of asking tries again
    }
  };

  const open = () => {
    clearTimeout(retry);
    if (over || (socket && socket.readyState <= WebSocket.OPEN)) return;
    const mine = new WebSocket(new URL(socketUrl, window.location.href.replace(/^http/, "ws")));
    socket = mine;
    mine.addEventListener("open", () => {
      tries = 0;
      owedSince = null;
      link("open");
      ask();
      sync.many();
    });
    mine.addEventListener("message", (event) => read(JSON.parse(event.data)));
    mine.addEventListener("close", () => {
      if (over || socket !== mine) return;
      poll(); // tells whether we are out of reach, not welcome any more, or only without a socket
      // Jitter, so that a room that lost its server does not come back all at one moment.
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries++);
      retry = setTimeout(open, wait * (0.5 + Math.random() / 2));
    });
  };

  const renew = () => {
    const old = socket;
    socket = null;
    old?.close();
    tries = 0;
    open();
  };

  const end = () => {
    over = true;
    sync.stop();
    clearTimeout(asking);
    clearTimeout(retry);
    socket?.close();
    link("refused");
  };

  const look = () => {
    if (sync.woke()) renew();
    else if (!isOpen()) poll();
    else if (owedSince !== null && deviceNow() - owedSince > SILENT) renew();
    else {
      sync.once();
      ask();
      if (deviceNow() - hereAt > HERE && send({ t: "here" })) {
        hereAt = deviceNow();
        sync.tell();
      }
    }
  };

  const lookAgain = () => {
    look();
    asking = setTimeout(lookAgain, isOpen() ? ASK_OPEN : every);
  };

  // Back from the dark: nothing is waited for.
  const back = () => {
    if (over || document.hidden) return;
    open();
    look();
  };
  document.addEventListener("visibilitychange", back);
  window.addEventListener("pageshow", (event) => event.persisted && back());
  window.addEventListener("online", renew);

  open();
  lookAgain();
  return { send, ask, isOpen };
}
