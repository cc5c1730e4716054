// The live page of a phone, the facilitators or a projector: every part is optional. Names: docs/reference/timeline.md.

import { createAgreement } from "./agreement.js";
import { createBell } from "./bell.js";
import { Clock, deviceNow } from "./clock.js";
import { going } from "./commands.js";
import { parts, readJson, say, saying, setText, showWhen } from "./dom.js";
import { enhanceForms } from "./forms.js";
import { showPairs, showRound, showStep } from "./picture.js";
import { createPlayer } from "./player.js";
import { statesOf } from "./states.js";
import { createTaps } from "./taps.js";
import { position, practiceKey, practiceMap } from "./timeline.js";
import { connect } from "./wire.js";

const AGAIN = 250; // ms to the next look while the server's time is not known
const ASK_NAMES = 10_000; // ms between asking for names and words that are not known here

const root = document.getElementById("room");
const events = [];
const clock = new Clock();
const bell = createBell(root, { heard: root.dataset.sound === "on" });
const player = createPlayer(root, bell);
const foldAgreement = createAgreement(root, deviceNow);
let facts = { practices: {}, titles: {}, steps: [], names: {}, prompts: {}, events: [], ...readJson("room-facts") };
let practices = practiceMap(facts.practices);
const me = facts.me || null;
let known = 0;
let askedFor = null;
let askedNames = 0;
let link = "new";
let next = 0;
const told = { turn: "0", after: "0" };

// Somebody came late, or a practice was chosen that this page did not bring: ask anew.
async function learnMore({ practice, round, pairs }) {
  const who = [round?.holder, ...(pairs?.groups ?? []).flat()].find((one) => one && !(one in facts.names));
  const strange = practice?.total_ms === null ? practice.play : who;
  // Asked at once for each new thing: a practice has to be there before its first moment.
  if (!strange || !facts.names_at || (strange === askedFor && deviceNow() - askedNames < ASK_NAMES)) return;
  [askedFor, askedNames] = [strange, deviceNow()];
  try {
    const answer = await fetch(facts.names_at, { redirect: "manual" });
    if (!answer.ok) return;
    facts = { ...facts, ...(await answer.json()) };
    practices = practiceMap(facts.practices);
    tellPage("sharing");
    show();
  } catch {
    // Out of reach: asked again when shown again.
  }
}

function fill(placed) {
  const values = { play: placed.practice?.play, round: placed.round?.round, holder: placed.round?.holder, n: placed.n };
  for (const input of root.querySelectorAll("input[data-fill]")) input.value = values[input.dataset.fill] ?? "";
}

function show() {
  clearTimeout(next);
  if (!Number.isFinite(clock.error)) {
    showWhen(root, new Set([`link-${link}`]), '[data-when*="link-"]');
    next = setTimeout(show, AGAIN);
    return;
  }
  const placed = position(events, deviceNow() + clock.offset, practices);
  const { practice, step } = placed;
  known = placed.n;
  const visited = new Set(events.filter((event) => event.kind === "step_started").map((event) => event.data.step));
  showStep(root, placed, { ...facts, visited });
  showRound(root, placed, { ...facts, me });
  showPairs(root, placed, { ...facts, me }, bell);
  say(root, "practice-title", facts.titles[practice?.practice] ?? "");
  const cues = practice ? practices.get(practiceKey(practice.practice, practice.variant))?.cues : [];
  const wait = player.show(practice, cues);
  fill(placed);
  // idle-lock.js lets the page be while we meet.
  root.toggleAttribute("data-stays-open", placed.phase === "open" || placed.phase === "closing");
  showWhen(root, statesOf(placed, { me, link, going: going(practice) }));
  foldAgreement(placed.phase === "open" && step?.index === 0);
  learnMore(placed);
  tellOfNews(placed);
  next = setTimeout(show, Math.max(1, Math.min(wait, 1000 - ((step?.elapsed_ms ?? 0) % 1000))));
}

function keep(more) {
  const have = new Set(events.map((event) => event.n));
  events.push(...more.filter((event) => !have.has(event.n)));
}

// For parts that the server draws: they listen, and ask anew.
function tellPage(about) {
  document.body.dispatchEvent(new CustomEvent(`kindcircle:${about}`));
}

// "sharing": something began or ended, and the server draws its part anew. "turn": the piece or a hand moved.
// "plan": a step, a practice, the plan of the day or who guides. "after": a practice began or is over.
function tellOfNews({ phase, step, practice, plan, lead, round, pairs, words }) {
  const open = round && !round.closed;
  const news = {
    sharing: [open && round.round, pairs && [pairs.pairs, pairs.state], words && [words.words, words.state]],
    turn: open ? [round.holder, round.order] : 0,
    plan: [phase, step?.index, practice?.play, going(practice), plan, lead],
    after: practice && !practice.finished ? practice.play : 0,
  };
  for (const about of Object.keys(news)) {
    const now = JSON.stringify(news[about]);
    if (now === told[about]) continue;
    told[about] = now;
    tellPage(about);
  }
}

function hear(message) {
  if (message.t === "events") {
    keep(message.events);
    if (!wire?.isOpen()) ["signals", "presence"].forEach(tellPage); // a request brings no news of these
  } else if (message.t === "signal-ok") taps?.acknowledged(message.key);
  else if (message.t === "refused") {
    // Either a sentence, or one word for which the page keeps a sentence ready.
    for (const line of parts(root, "said")) setText(line, message.why.includes(" ") ? message.why : saying(line, message.why));
  } else tellPage(message.t);
  show();
}

function showLink(state) {
  if (link === state) return;
  link = state;
  for (const line of parts(root, "link")) setText(line, saying(line, state));
  show();
}

keep(facts.events);
let taps = null;
let wire = null;
wire = connect({ socketUrl: facts.socket, pollUrl: facts.poll, every: facts.asks, clock, after: () => known, hear, link: showLink });
const tapForm = root.querySelector("form[data-taps]");
if (tapForm) taps = createTaps(root, tapForm, wire.send);
enhanceForms(root, wire.ask);
root.addEventListener("change", show);
document.addEventListener("visibilitychange", show);
