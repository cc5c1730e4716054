// Which command makes sense in which state: COMMANDS, may and fits of spec/timeline.py in the browser.
// The server decides with the same table; here it shows and hides buttons and reads the timeline.

const MEETING = ["open", "closing"];

// Leaving out `practice` or `round` means any state of it.
export const COMMANDS = {
  opened: { phases: ["planned"] },
  step_started: { phases: MEETING },
  practice_started: { phases: MEETING },
  practice_paused: { phases: MEETING, practice: ["waiting", "running"] },
  practice_resumed: { phases: MEETING, practice: ["paused"] },
  practice_ended: { phases: MEETING, practice: ["waiting", "running", "paused"] },
  round_started: { phases: MEETING, practice: ["none", "finished"], round: ["none", "closed"] },
  piece_moved: { phases: MEETING, round: ["open"] },
  piece_deferred: { phases: MEETING, round: ["open"] },
  round_ended: { phases: MEETING, round: ["open"] },
  closing_started: { phases: ["open"] },
  closed: { phases: ["closing"] },
};

export function may(placed, kind) {
  if (!Object.hasOwn(COMMANDS, kind)) return false;
  const { phases, practice, round } = COMMANDS[kind];
  return phases.includes(placed.phase)
    && (!practice || practice.includes(going(placed.practice)))
    && (!round || round.includes(turns(placed.round)));
}

export const fits = (placed, kind, data) => may(placed, kind) && speaksOf(placed, kind, data);

export function going(practice) {
  return practice ? ["waiting", "running", "paused"].find((state) => practice[state]) ?? "finished" : "none";
}

const turns = (round) => (round ? (round.closed ? "closed" : "open") : "none");
const isName = (value) => typeof value === "string" && value !== "";
const isCount = (value) => Number.isInteger(value) && value >= 0;
const isAmount = (value) => Number.isFinite(value) && value >= 0;

function speaksOf({ practice, round }, kind, data) {
  if (kind === "step_started") return isCount(data.step) && isAmount(data.minutes);
  if (kind === "practice_started") {
    const named = isName(data.practice) && isName(data.variant) && isName(data.play);
    if (!named || !practice) return named;
    const same = data.practice === practice.practice && data.variant === practice.variant;
    return data.play !== practice.play && (practice.finished || !same);
  }
  if (kind.startsWith("practice_")) return data.play === practice.play;
  if (kind === "round_started") {
    return Array.isArray(data.order) && data.order.every(isName)
      && isCount(data.seconds) && isName(data.round) && typeof data.prompt === "string";
  }
  if (!round) return true;
  const same = data.round === round.round;
  if (kind === "piece_moved") return same && (data.to === null || isName(data.to)) && data.to !== round.holder;
  if (kind !== "piece_deferred") return kind !== "round_ended" || same;
  return same && isName(data.who)
    && (round.order.includes(data.who) || (data.who === round.holder && round.order.length > 0));
}
