// A practice without a sound file: the clock of this page leads through it, as in a group, by one's own hand.

import { deviceNow } from "./clock.js";
import { newKey } from "./dom.js";
import { LEAD, LED, position, practiceKey } from "./timeline.js";

export function createStepClock({ practice, variant, sheet, changed }) {
  const practices = new Map([[practiceKey(practice, variant), sheet]]);
  const events = [];

  // As in a group, beginning and going on leave a moment to put the phone down.
  function add(kind, data = {}) {
    const at = Math.ceil(deviceNow()) + (LED.includes(kind) ? LEAD : 0);
    events.push({ n: events.length + 1, kind, at, data });
    changed();
  }

  // From where a sound broke off, as if this clock had led from the start.
  function carryOn({ play, position_ms, paused }) {
    const began = Math.ceil(deviceNow()) - position_ms;
    events.length = 0;
    events.push({ n: 1, kind: "opened", at: began - LEAD, data: {} });
    events.push({ n: 2, kind: "practice_started", at: began, data: { practice, variant, play } });
    if (paused) add("practice_paused", { play });
    changed();
  }

  const place = () => position(events, Math.ceil(deviceNow()), practices).practice;
  const now = () => ({ play: place()?.play });
  events.push({ n: 1, kind: "opened", at: Math.ceil(deviceNow()), data: {} });
  return {
    place,
    prepare: async () => {},
    carryOn,
    start: async () => add("practice_started", { practice, variant, play: newKey() }),
    pause: () => add("practice_paused", now()),
    resume: async () => add("practice_resumed", now()),
    end: () => add("practice_ended", now()),
  };
}
