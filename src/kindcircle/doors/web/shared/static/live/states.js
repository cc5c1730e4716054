// The names of the present state, for parts that show only at their time: data-when="practice-running turn-mine".

import { COMMANDS, may } from "./commands.js";

export function statesOf(placed, { me, link, going }) {
  const { phase, step, practice, round } = placed;
  const states = new Set([`phase-${phase}`, `practice-${going}`, `link-${link}`]);
  for (const kind of Object.keys(COMMANDS)) if (may(placed, kind)) states.add(`may-${kind}`);
  states.add(step ? `step-${step.index}` : "step-none");
  if (practice) states.add(`practice-is-${practice.practice}`);
  const open = round !== null && !round.closed;
  states.add(open ? "round-open" : round ? "round-closed" : "round-none");
  if (open) {
    states.add(round.holder === null ? "turn-none" : round.holder === me ? "turn-mine" : "turn-other");
    if (round.order.includes(me)) states.add("turn-coming");
    if (round.order.length === 0) states.add("turn-last");
  }
  return states;
}
