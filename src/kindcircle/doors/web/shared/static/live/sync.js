// Keeps a clock in step with the server's: many exchanges on entry, one now and then, and a new start after sleep.

import { deviceNow, jumped } from "./clock.js";

const MANY = 16; // exchanges on entry and after sleep ...
const WITHIN = 2000; // ... spread over so many ms

// `send` gives a message to the server and answers whether it could.
export function createSync(clock, send) {
  let timer = 0;
  let resets = clock.resets;
  let trips = []; // ms, of the last MANY exchanges
  let looked = { wall: Date.now(), steady: deviceNow() };

  const once = () => send({ t: "clock", sent: deviceNow() });

  const many = () => {
    clearInterval(timer);
    resets = clock.resets;
    let left = MANY;
    const one = () => {
      if (!once() || --left === 0) clearInterval(timer);
    };
    timer = setInterval(one, WITHIN / MANY);
    one();
  };

  return {
    once,
    many,
    stop: () => clearInterval(timer),
    // Takes the server's answer, or any message that says its time; a jump it reveals starts many exchanges.
    take(message, received) {
      if (message.t === "clock") {
        clock.add({ ...message, received });
        trips = [...trips.slice(1 - MANY), received - message.sent];
      }
      else if (message.t === "events") clock.hear(message.now, received);
      if (clock.resets !== resets) many();
    },
    // Tells the server how long this line is, once we know: the slowest device decides how far ahead a bell is told.
    tell: () => trips.length === MANY && Number.isFinite(clock.error) && send({ t: "line", rtt: Math.max(...trips), error: clock.error }),
    // True if this device slept or was set since the last look: it then knows nothing of the server's time.
    woke() {
      const now = { wall: Date.now(), steady: deviceNow() };
      const slept = jumped(looked.wall, looked.steady, now.wall, now.steady);
      looked = now;
      if (slept) clock.forget();
      return slept;
    },
  };
}
