// The names of the present state, for parts that show only at their time: data-when="practice-running turn-mine".

import { COMMANDS, may } from "./commands.js";

export function statesOf(placed, { me, link, going }) {
  const { phase, step, practice, round, pairs, words } = placed;
  const states = new Set([`phase-${phase}`, `practice-${going}`, `link-${link}`]);
  for (const kind of Object.keys(COMMANDS)) if (may(placed, kind)) states.add(`may-${kind}`);
  states.add(step ? `step-${step.index}` : "step-none");
  if (practice) states.add(`practice-is-${practice.practice}`);
  const open = round !== null && !round.closed;
  states.add(open ? "round-open" : round ? "round-closed" : "round-none");
  states.add(pairs ? `pairs-${pairs.finished ? "over" : pairs.state}` : "pairs-none");
  states.add(words ? `words-${words.state}` : "words-none");
  if (open) {
    states.add(`round-is-${round.mode}`);
    states.add(round.holder === null ? "turn-none" : round.holder === me ? "turn-mine" : "turn-other");
    if (round.order.includes(me)) states.add("turn-coming");
    if (round.order.length === 0) states.add("turn-last");
    if (round.holder !== me && !round.order.includes(me)) states.add("turn-away");
    if (round.with_you) states.add("with-you");
  }
  return states;
}
