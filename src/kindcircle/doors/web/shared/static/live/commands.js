// Which command makes sense in which state: COMMANDS, may and fits of spec/timeline.py in the browser.
// The server decides with the same table; here it shows and hides buttons and reads the timeline.

import { isCount, isName, pairsSpeakOf, roundSpeaksOf, startsRound, turnsOf, wordsSpeakOf } from "./circle.js";

const MEETING = ["open", "closing"];
const NOT_OVER = ["planned", ...MEETING];
const STILL = ["none", "finished"];
const NO_ROUND = ["none", "closed"];
const IN_ROUND = { phases: MEETING, round: ["open"] };

// Leaving out `practice`, `round`, `pairs` or `words` means any state of it.
export const COMMANDS = {
  opened: { phases: ["planned"] },
  plan_set: { phases: NOT_OVER },
  lead_moved: { phases: NOT_OVER },
  step_started: { phases: MEETING },
  practice_started: { phases: MEETING },
  practice_paused: { phases: MEETING, practice: ["waiting", "running"] },
  practice_resumed: { phases: MEETING, practice: ["paused"] },
  practice_ended: { phases: MEETING, practice: ["waiting", "running", "paused"] },
  round_started: { phases: MEETING, practice: STILL, round: NO_ROUND },
  piece_moved: IN_ROUND,
  piece_deferred: IN_ROUND,
  hand_raised: IN_ROUND,
  hand_lowered: IN_ROUND,
  order_set: IN_ROUND,
  turn_lengthened: IN_ROUND,
  with_you: IN_ROUND,
  round_ended: IN_ROUND,
  pairs_asked: { phases: MEETING, practice: STILL, round: NO_ROUND, pairs: ["none", "over"] },
  pairs_started: { phases: MEETING, practice: STILL, pairs: ["asked"] },
  pairs_lengthened: { phases: MEETING, pairs: ["running"] },
  pairs_ended: { phases: MEETING, pairs: ["asked", "running"] },
  words_asked: {
    phases: MEETING, practice: STILL, round: NO_ROUND, pairs: ["none", "asked", "over"], words: ["none", "shown", "ended"],
  },
  words_shown: { phases: MEETING, words: ["asked"] },
  words_ended: { phases: MEETING, words: ["asked", "shown"] },
  closing_started: { phases: ["open"] },
  closed: { phases: ["closing"] },
};

export function may(placed, kind) {
  if (!Object.hasOwn(COMMANDS, kind)) return false;
  const { phases, practice, round, pairs, words } = COMMANDS[kind];
  return phases.includes(placed.phase)
    && (!practice || practice.includes(going(placed.practice)))
    && (!round || round.includes(turnsOf(placed.round)))
    && (!pairs || pairs.includes(placed.pairs?.state ?? "none"))
    && (!words || words.includes(placed.words?.state ?? "none"));
}

export const fits = (placed, kind, data) => may(placed, kind) && speaksOf(placed, kind, data);

export function going(practice) {
  return practice ? ["waiting", "running", "paused"].find((state) => practice[state]) ?? "finished" : "none";
}

const isAmount = (value) => Number.isFinite(value) && value >= 0;
const isPlan = (value) => Array.isArray(value) && value.every(isAmount) && Boolean(value[0] && value.at(-1));

function speaksOf({ practice, round, pairs, words, lead }, kind, data) {
  if (kind === "plan_set") return isPlan(data.minutes);
  if (kind === "lead_moved") return isName(data.to) && data.to !== lead;
  if (kind === "step_started") return isCount(data.step) && isAmount(data.minutes);
  if (kind === "practice_started") {
    const named = isName(data.practice) && isName(data.variant) && isName(data.play);
    if (!named || !practice) return named;
    const same = data.practice === practice.practice && data.variant === practice.variant;
    return data.play !== practice.play && (practice.finished || !same);
  }
  if (kind.startsWith("practice_")) return data.play === practice.play;
  if (kind === "round_started") return startsRound(data);
  if (kind.startsWith("pairs_")) return pairsSpeakOf(pairs, kind, data);
  if (kind.startsWith("words_")) return wordsSpeakOf(words, kind, data);
  return COMMANDS[kind] !== IN_ROUND || roundSpeaksOf(round, kind, data);
}
