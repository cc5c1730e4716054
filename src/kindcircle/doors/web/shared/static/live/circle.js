// Sharing: turns with a talking piece, pairs, and words that appear together. This is spec/circle.py in the browser,
// function by function; the reasons stand there.

const LONGEST = 3600;

export const isName = (value) => typeof value === "string" && value !== "";
export const isCount = (value) => Number.isInteger(value) && value >= 0;
const isSpan = (value) => Number.isInteger(value) && value > 0 && value <= LONGEST;
const areNames = (value) => Array.isArray(value) && value.every(isName);

export const turnsOf = (round) => (round ? (round.closed ? "closed" : "open") : "none");

export function startsRound({ round, prompt, seconds, order, mode = "round" }) {
  return isName(round) && typeof prompt === "string" && isCount(seconds) && areNames(order)
    && ["round", "popcorn"].includes(mode);
}

export function roundSpeaksOf({ round: name, holder, order, with_you }, kind, data) {
  if (data.round !== name) return false;
  const { to, who } = data;
  if (kind === "piece_moved") return (to === null || isName(to)) && to !== holder;
  if (kind === "piece_deferred") return isName(who) && (order.includes(who) || (who === holder && order.length > 0));
  if (kind === "hand_raised") return isName(who) && who !== holder && !order.includes(who);
  if (kind === "hand_lowered") return order.includes(who);
  if (kind === "order_set") return areNames(data.order) && !data.order.includes(holder);
  if (kind === "turn_lengthened") return holder !== null && isSpan(data.seconds);
  return kind !== "with_you" || (holder !== null && data.holder === holder && !with_you);
}

const FRESH = { extra: 0, with_you: false };

export function beginRound({ round, prompt, seconds, order: names, mode = "round" }, told) {
  const people = [...new Set(names)];
  const [holder = null, ...order] = mode === "popcorn" ? [null, ...people] : people;
  return { round, prompt, seconds, mode, holder, order, done: 0, turn_started_at: told, turn_ms: 0, ...FRESH, closed: false };
}

export function turn(round, kind, { to, who, order: names, seconds }, told) {
  const { holder, order } = round;
  const done = round.done + (holder === null ? 0 : 1);
  const without = (name) => order.filter((other) => other !== name);
  if (kind === "round_ended") return { ...round, ...FRESH, holder: null, order: [], done, closed: true };
  if (kind === "piece_moved") return { ...round, ...FRESH, holder: to, order: without(to), done, turn_started_at: told };
  if (kind === "order_set") return { ...round, order: [...new Set(names)] };
  if (kind === "turn_lengthened") return { ...round, extra: round.extra + seconds };
  if (kind === "with_you") return { ...round, with_you: true };
  if (who === holder) {
    return { ...round, ...FRESH, holder: order[0], order: [...order.slice(1), who], turn_started_at: told };
  }
  return { ...round, order: kind === "hand_lowered" ? without(who) : [...without(who), who] };
}

export function pairsSpeakOf(pairs, kind, data) {
  if (kind === "pairs_asked") return data.pairs !== pairs?.pairs && isName(data.pairs) && typeof data.prompt === "string";
  if (!pairs || data.pairs !== pairs.pairs) return false;
  if (kind === "pairs_started") return isSpan(data.seconds) && areGroups(data.groups);
  return kind !== "pairs_lengthened" || isSpan(data.seconds);
}

function areGroups(value) {
  if (!Array.isArray(value) || !value.length) return false;
  if (!value.every((group) => areNames(group) && group.length >= 2 && group.length <= 3)) return false;
  return new Set(value.flat()).size === value.flat().length;
}

export function pairUp(pairs, kind, { pairs: name, prompt, seconds, groups }, told) {
  if (kind === "pairs_asked") {
    return { pairs: name, prompt, state: "asked", groups: [], seconds: 0, started_at: told, elapsed_ms: 0, finished: false };
  }
  if (kind === "pairs_ended") return { ...pairs, state: "over", groups: [] };
  if (kind === "pairs_lengthened") return { ...pairs, seconds: pairs.seconds + seconds };
  return { ...pairs, state: "running", groups, seconds, started_at: told };
}

export function wordsSpeakOf(words, kind, data) {
  if (kind !== "words_asked") return data.words === words?.words;
  return data.words !== words?.words && isName(data.words) && typeof data.prompt === "string"
    && ["word", "line", "felt"].includes(data.kind);
}

export function gather(words, event, { words: name, kind, prompt }) {
  if (event === "words_asked") return { words: name, kind, prompt, state: "asked" };
  return { ...words, state: event === "words_shown" ? "shown" : "ended" };
}

export function atMoment(round, pairs, now) {
  const elapsed_ms = pairs?.state === "running" ? now - pairs.started_at : 0;
  return {
    round: round && { ...round, turn_ms: round.closed ? 0 : now - round.turn_started_at },
    pairs: pairs && { ...pairs, elapsed_ms, finished: pairs.state === "running" && elapsed_ms >= pairs.seconds * 1000 },
  };
}
