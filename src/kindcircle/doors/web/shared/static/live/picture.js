// The run-sheet and the round as the page shows them. The parts' names are told in docs/reference/timeline.md.

import { minutesAndSeconds, parts, say, saying, setText } from "./dom.js";

const NEAR = 30_000; // ms left of a turn from which its time is shown in a soft colour
const FRESH = 2000; // ms after which a change of turns that was missed stays silent

export function showStep(root, { phase, step }, { steps, visited }) {
  const title = step ? steps[step.index]?.title : root.getAttribute(`data-say-${phase}`);
  say(root, "step-title", title ?? "");
  const left = step ? step.minutes * 60_000 - step.elapsed_ms : 0;
  const over = step && left < 0 ? `+${minutesAndSeconds(-left)}` : "";
  say(root, "step-left", left > 0 ? minutesAndSeconds(left) : "");
  say(root, "step-over", over);
  for (const row of root.querySelectorAll("[data-step]")) {
    const index = Number(row.dataset.step);
    const passed = phase === "closed" || (step && index < step.index);
    const state = index === step?.index ? "now" : visited.has(index) ? "done" : passed ? "left" : "ahead";
    row.dataset.state = state;
    if (state === "now") row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
  }
}

export function showRound(root, { round }, { names, prompts, me }) {
  const name = (code) => names[code] ?? "";
  const open = round && !round.closed;
  const left = open && round.holder ? (round.seconds + round.extra) * 1000 - round.turn_ms : null;
  say(root, "round-prompt", open ? (prompts[round.prompt] ?? "") : "");
  say(root, "holder", open ? name(round.holder) : "");
  say(root, "next", open ? name(round.order[0]) : "");
  showLeft(root, "turn-left", left);
  const whose = !open || !round.holder ? "" : round.holder === me ? "mine" : "other";
  for (const line of parts(root, "turn")) setText(line, saying(line, whose).replace("{name}", name(round?.holder)));
  for (const mark of root.querySelectorAll("[data-seat]")) {
    const code = mark.dataset.seat;
    // A mark the server drew as speaking must not stay lit when the piece moves on.
    const drawn = mark.dataset.state === "speaking" ? "" : mark.dataset.state;
    mark.dataset.usual ||= drawn || (code === me ? "you" : "here");
    mark.dataset.state = open && code === round.holder ? "speaking" : mark.dataset.usual;
    mark.toggleAttribute("data-with", Boolean(open && code === round.holder && round.with_you));
  }
}

// The time of a talk in pairs, and whose turn it is in my own (spec/circle.py: speaking); on a wall, in the smallest.
// A change of turns and the end are seen and felt, and heard where the bell is.
export function showPairs(root, { pairs }, { names, me }, bell) {
  const groups = pairs?.state === "running" ? [...pairs.groups].sort((one, other) => one.length - other.length) : [];
  const mine = groups.find((group) => !me || group.includes(me)) ?? [];
  const total = groups.length ? pairs.seconds * 1000 : 0;
  const share = total / (mine.length || 1);
  const turn = Math.min(mine.length - 1, Math.floor(pairs?.elapsed_ms / share));
  const left = total && !pairs.finished ? total - pairs.elapsed_ms : null;
  const inTurn = left !== null && mine.length > 0;
  say(root, "pairs-left", left === null ? "" : minutesAndSeconds(left));
  showLeft(root, "pairs-turn-left", inTurn ? left - share * (mine.length - 1 - turn) : null);
  const whose = inTurn ? (mine[turn] === me ? "mine" : "other") : "";
  for (const line of parts(root, "pairs-turn")) setText(line, saying(line, whose).replace("{name}", names[mine[turn]] ?? ""));
  const begun = pairs?.finished ? total : share * turn;
  if (mine.length && begun && pairs.elapsed_ms - begun < FRESH) bell.ring(`${pairs.pairs} ${begun}`);
}

// The time left of a turn, in a soft colour when it is nearly over.
function showLeft(root, name, left) {
  for (const timer of parts(root, name)) {
    setText(timer, left === null ? "" : minutesAndSeconds(left));
    timer.toggleAttribute("data-near", left !== null && left <= NEAR);
  }
}
