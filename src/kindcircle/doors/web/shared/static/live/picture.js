// The run-sheet and the round as the page shows them. The parts' names are told in docs/reference/timeline.md.

import { minutesAndSeconds, parts, say, saying, setText } from "./dom.js";

const NEAR = 30_000; // ms left of a turn from which its time is shown in a soft colour

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
  for (const timer of parts(root, "turn-left")) {
    setText(timer, left === null ? "" : minutesAndSeconds(left));
    timer.toggleAttribute("data-near", left !== null && left <= NEAR);
  }
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

// The time of a talk in pairs, and whose turn it is in my own pair (spec/circle.py: speaking).
export function showPairs(root, { pairs }, { names, me }) {
  const talk = pairs?.state === "running" && !pairs.finished;
  const total = talk ? pairs.seconds * 1000 : 0;
  const mine = talk ? (pairs.groups.find((group) => group.includes(me)) ?? []) : [];
  const turn = Math.min(mine.length - 1, Math.floor((pairs?.elapsed_ms * mine.length) / total));
  say(root, "pairs-left", talk ? minutesAndSeconds(total - pairs.elapsed_ms) : "");
  const whose = !mine.length ? "" : mine[turn] === me ? "mine" : "other";
  for (const line of parts(root, "pairs-turn")) setText(line, saying(line, whose).replace("{name}", names[mine[turn]] ?? ""));
}
