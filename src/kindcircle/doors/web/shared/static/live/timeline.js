// What a gathering is doing right now, from the list of things that have happened in it.
// This is spec/timeline.py in the browser, function by function; the reasons stand there. Both run the
// cases in tests/vectors/timeline. Times are whole milliseconds since the Unix epoch.

import { atMoment, beginRound, gather, isCount, pairUp, turn } from "./circle.js";
import { fits } from "./commands.js";

export { COMMANDS, fits, may } from "./commands.js";
export const LEAD = 2000;
export const LED = ["practice_started", "practice_resumed"];
const NOTHING = { step: null, play: null, round: null, pairs: null, words: null };
const START = { phase: "planned", ...NOTHING, plan: null, lead: null };

export const practiceKey = (practice, variant) => `${practice} ${variant}`;

// From {practice id: {seconds: [cue, ...]}}, as the pages bring it, to the map `position` reads.
export function practiceMap(sheets) {
  const map = new Map();
  for (const [practice, lengths] of Object.entries(sheets)) {
    for (const [variant, cues] of Object.entries(lengths)) {
      const moments = cues.map((cue) => cue.at);
      map.set(practiceKey(practice, variant), { cues, moments, total_ms: moments[moments.length - 1] });
    }
  }
  return map;
}

export function position(events, now, practices) {
  const known = withoutGaps(events);
  const moment = Math.floor(now);
  let facts = START;
  let told = 0;
  for (const event of known) {
    told = Math.max(told, saidAt(event));
    if (told > moment) break;
    const before = place(facts, told, known.length, practices);
    if (fits(before, event.kind, event.data)) facts = apply(facts, before, event, told);
  }
  return place(facts, moment, known.length, practices);
}

export function saidAt({ kind, at, data }) {
  if (!LED.includes(kind)) return at;
  return at - (isCount(data.lead) ? data.lead : LEAD);
}

function withoutGaps(events) {
  const first = new Map();
  for (const event of events) if (!first.has(event.n)) first.set(event.n, event);
  const known = [];
  while (first.has(known.length + 1)) known.push(first.get(known.length + 1));
  return known;
}

function apply(facts, before, { kind, data, at }, told) {
  const { play } = facts;
  if (kind === "opened") return { ...facts, phase: "open" };
  if (kind === "plan_set") return { ...facts, plan: data.minutes };
  if (kind === "lead_moved") return { ...facts, lead: data.to };
  if (kind === "closing_started") return { ...facts, ...NOTHING, phase: "closing" };
  if (kind === "closed") return { ...facts, ...NOTHING, phase: "closed" };
  if (kind === "step_started") {
    return { ...facts, ...NOTHING, step: { index: data.step, minutes: data.minutes, started_at: told } };
  }
  if (kind === "practice_started") return { ...facts, play: begin(data, Math.max(at, told)) };
  if (kind.startsWith("practice_")) {
    const from = kind === "practice_resumed" ? Math.max(at, told) : null;
    return { ...facts, play: { ...play, base: before.practice.position_ms, from, ended: kind === "practice_ended" } };
  }
  const alone = { ...facts, ...NOTHING, step: facts.step };
  if (kind === "round_started") return { ...alone, round: beginRound(data, told) };
  if (kind === "pairs_asked") return { ...alone, pairs: pairUp(null, kind, data, told) };
  if (kind === "words_asked") return { ...alone, words: gather(null, kind, data) };
  if (kind.startsWith("pairs_")) return { ...facts, pairs: pairUp(facts.pairs, kind, data, told) };
  if (kind.startsWith("words_")) return { ...facts, words: gather(facts.words, kind, data) };
  return { ...facts, round: turn(facts.round, kind, data, told) };
}

const begin = ({ practice, variant, play }, from) => ({ practice, variant, play, base: 0, from, ended: false });

function place({ phase, step, play, round, pairs, words, plan, lead }, now, n, practices) {
  return {
    phase,
    step: step && { ...step, minutes: plan?.[step.index] || step.minutes, elapsed_ms: now - step.started_at },
    practice: play && placePractice(play, now, practices),
    ...atMoment(round, pairs, now),
    words,
    plan,
    lead,
    n,
  };
}

function placePractice({ practice, variant, play, base, from, ended }, now, practices) {
  const { moments = [], total_ms = null } = practices.get(practiceKey(practice, variant)) ?? {};
  const starts_in_ms = from !== null && now < from ? from - now : null;
  const moving = from !== null && starts_in_ms === null;
  const gone = base + (moving ? now - from : 0);
  const position_ms = total_ms === null ? gone : Math.min(gone, total_ms);
  const finished = ended || (moving && position_ms === total_ms);
  const passed = moving || base > 0 ? moments.filter((at) => at <= position_ms).length : 0;
  const toCome = from !== null && !finished && passed < moments.length;
  return {
    practice, variant, play, position_ms, total_ms, finished, starts_in_ms,
    waiting: starts_in_ms !== null,
    running: moving && !finished,
    paused: from === null && !finished,
    cue: passed ? passed - 1 : null,
    next_cue_in_ms: toCome ? moments[passed] - position_ms + (starts_in_ms ?? 0) : null,
  };
}
