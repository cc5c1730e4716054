// The live page: what we are doing now, in step with everyone. Works for a member's phone, the facilitators' page
// and a projector: every part is optional. docs/reference/timeline.md lists the names it looks for.

import { createBell } from "./bell.js";
import { Clock, deviceNow } from "./clock.js";
import { going } from "./commands.js";
import { minutesAndSeconds, parts, readJson, say, saying, setText, showWhen } from "./dom.js";
import { enhanceForms } from "./forms.js";
import { createPlayer } from "./player.js";
import { statesOf } from "./states.js";
import { createTaps } from "./taps.js";
import { position, practiceKey, practiceMap } from "./timeline.js";
import { connect } from "./wire.js";

const NEAR = 30_000; // ms left of a turn from which its time is shown in a soft colour
const AGAIN = 250; // ms to the next look while the server's time is not known
const ASK_FACTS = 10_000; // ms between asking for names and words that are not known here

const root = document.getElementById("room");
const me = root.dataset.me || null;
const events = [];
const clock = new Clock();
const bell = createBell(root, { heard: root.dataset.sound === "on" });
const player = createPlayer(root, bell);
let facts = { practices: {}, titles: {}, steps: [], names: {}, prompts: {} };
let practices = new Map();
let known = 0;
let askedFacts = -Infinity;
let link = "lost";
let next = 0;

function learn(more) {
  facts = { ...facts, ...more };
  practices = practiceMap(facts.practices);
}

// Somebody came late, or a practice was chosen that this page did not bring: ask for the facts anew.
async function learnMore(placed) {
  const { practice, round } = placed;
  const strange = (practice && practice.total_ms === null) || (round?.holder && !(round.holder in facts.names));
  if (!strange || !root.dataset.facts || deviceNow() - askedFacts < ASK_FACTS) return;
  askedFacts = deviceNow();
  try {
    const answer = await fetch(root.dataset.facts, { redirect: "manual" });
    if (answer.ok) learn(await answer.json());
  } catch {
    return; // still out of reach: asked again when shown again
  }
  show();
}

function showStep({ phase, step }) {
  const title = step ? facts.steps[step.index]?.title : root.getAttribute(`data-say-${phase}`);
  say(root, "step-title", title ?? "");
  const left = step ? step.minutes * 60_000 - step.elapsed_ms : 0;
  const over = step && left < 0 ? `+${minutesAndSeconds(-left)}` : "";
  say(root, "step-left", left > 0 ? minutesAndSeconds(left) : "");
  say(root, "step-over", over);
  const visited = new Set(events.filter((event) => event.kind === "step_started").map((event) => event.data.step));
  for (const row of root.querySelectorAll("[data-step]")) {
    const index = Number(row.dataset.step);
    const passed = phase === "closed" || (step && index < step.index);
    const state = index === step?.index ? "now" : visited.has(index) ? "done" : passed ? "left" : "ahead";
    row.dataset.state = state;
    if (state === "now") row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
  }
}

function showRound({ round }) {
  const name = (code) => facts.names[code] ?? "";
  const open = round && !round.closed;
  const left = open && round.holder ? round.seconds * 1000 - round.turn_ms : null;
  say(root, "round-prompt", open ? (facts.prompts[round.prompt] ?? "") : "");
  say(root, "holder", open ? name(round.holder) : "");
  say(root, "next", open ? name(round.order[0]) : "");
  for (const timer of parts(root, "turn-left")) {
    setText(timer, left === null ? "" : minutesAndSeconds(left));
    timer.toggleAttribute("data-near", left !== null && left <= NEAR);
  }
  const whose = !open || !round.holder ? "" : round.holder === me ? "mine" : "other";
  for (const line of parts(root, "turn")) setText(line, saying(line, whose).replace("{name}", name(round?.holder)));
  for (const mark of root.querySelectorAll("[data-seat]")) {
    mark.dataset.usual ??= mark.dataset.state ?? "";
    mark.dataset.state = open && mark.dataset.seat === round.holder ? "speaking" : mark.dataset.usual;
  }
}

function fill(placed) {
  const values = { play: placed.practice?.play, round: placed.round?.round, holder: placed.round?.holder, n: placed.n };
  for (const input of root.querySelectorAll("input[data-fill]")) input.value = values[input.dataset.fill] ?? "";
}

function show() {
  clearTimeout(next);
  if (clock.offset === null) {
    next = setTimeout(show, AGAIN);
    return;
  }
  const placed = position(events, deviceNow() + clock.offset, practices);
  const { practice, step } = placed;
  known = placed.n;
  showStep(placed);
  showRound(placed);
  say(root, "practice-title", practice ? (facts.titles[practice.practice] ?? "") : "");
  const cues = practice ? practices.get(practiceKey(practice.practice, practice.variant))?.cues : [];
  const wait = player.show(practice, cues);
  fill(placed);
  showWhen(root, statesOf(placed, { me, link, going: going(practice) }));
  learnMore(placed);
  next = setTimeout(show, Math.max(1, Math.min(wait, 1000 - ((step?.elapsed_ms ?? 0) % 1000))));
}

function hear(message) {
  if (message.t === "events") {
    const have = new Set(events.map((event) => event.n));
    events.push(...message.events.filter((event) => !have.has(event.n)));
    // While asking by request no signals are pushed: facilitators' parts look for themselves.
    if (!wire?.isOpen()) document.body.dispatchEvent(new CustomEvent("kindcircle:signals"));
  }
  if (message.t === "signal-ok") taps?.acknowledged(message.key);
  if (message.t === "signals") {
    document.body.dispatchEvent(new CustomEvent("kindcircle:signals", { detail: message.items }));
  }
  if (message.t === "refused") say(root, "said", message.why);
  show();
}

function showLink(state) {
  link = state;
  for (const line of parts(root, "link")) setText(line, saying(line, state));
  show();
}

learn(readJson("room-facts") ?? {});
const { socket: socketUrl, poll: pollUrl } = root.dataset;
let taps = null;
let wire = null;
wire = connect({ socketUrl, pollUrl, clock, after: () => known, hear, link: showLink });
const tapForm = root.querySelector("form[data-taps]");
if (tapForm) taps = createTaps(root, tapForm, wire.send);
enhanceForms(root, wire.ask);
root.addEventListener("change", show);
document.addEventListener("visibilitychange", show);
