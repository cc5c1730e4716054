// Shows one guided practice: its words, the time left, the shape to breathe with, and the bell at its moments.
// Where in the practice we are comes from outside (the group's timeline, or one's own at home).

import { going } from "./commands.js";
import { minutesAndSeconds, parts, say, sayState, saying, setText } from "./dom.js";

const IN = 4000; // ms; slower out than in, and never a holding of the breath
const OUT = 6000;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const FRESH = 1000; // ms after which a bell that was missed stays silent

export function breathAt(ms) {
  const within = ms % (IN + OUT);
  return within < IN ? { phase: "in", lasts: IN, left: IN - within } : { phase: "out", lasts: OUT, left: IN + OUT - within };
}

const chosenWays = (root) => [...root.querySelectorAll('input[name="way"]:checked')].map((box) => box.value);

// As Needs.words in Python: a part left out comes first, then the ways, which come in the order they are served in.
function wordsOf(cue, root) {
  if (cue.zone && root.dataset.leaves?.split(" ").includes(cue.zone.name)) return cue.zone.skipped;
  const chosen = chosenWays(root);
  return Object.entries(cue.ways).find(([way]) => chosen.includes(way))?.[1] ?? cue.text;
}

// `turned` hears of each turn of the breath, to be felt too.
export function createPlayer(root, bell, { turned = () => {} } = {}) {
  let seen = { play: null, state: "none" };
  let turn;

  const ringAt = (practice, state, cues) => {
    const cue = cues[practice.cue];
    const rings = ["bell", "end"].includes(cue?.kind);
    const sawItGo = seen.play === practice.play && seen.state !== "finished";
    if (state === "running" && rings && practice.position_ms - cue.at <= FRESH) {
      bell.ring(`${practice.play} ${practice.cue}`);
    }
    // With eyes closed one must learn that it is over, early or not.
    if (state === "finished" && sawItGo) bell.ring(`${practice.play} end`);
    seen = { play: practice.play, state };
  };

  const showWords = (practice, state, cues) => {
    const cue = cues[practice.cue];
    const endedEarly = state === "finished" && practice.position_ms < practice.total_ms;
    const words = cue && !endedEarly ? wordsOf(cue, root) : "";
    say(root, "cue", words);
    for (const element of parts(root, "cue")) element.dataset.kind = cue?.kind ?? "";
  };

  const showBreath = (practice, state, cues) => {
    const cue = cues[practice.cue];
    const wanted = cue?.kind === "breath" && state === "running" && !chosenWays(root).includes("no_breath");
    const breath = wanted ? breathAt(practice.position_ms - cue.at) : null;
    const still = root.querySelector('input[name="still"]')?.checked || root.dataset.still === "yes" || CALM.matches;
    const phase = breath?.phase;
    if (phase && phase !== turn) turned(phase);
    turn = phase;
    for (const element of parts(root, "breath")) {
      element.hidden = !breath;
      if (!breath) continue;
      // Without a phase the shape keeps still; words say in and out.
      if (still) delete element.dataset.phase;
      else if (element.dataset.phase !== breath.phase) element.dataset.phase = breath.phase;
      element.style.setProperty("--phase-ms", `${breath.lasts}ms`);
      const word = element.querySelector(".breath-word");
      if (word) setText(word, saying(element, breath.phase) || saying(root, breath.phase));
    }
    return breath ? breath.left : Infinity;
  };

  return {
    // Shows `practice` (as `position` places it, or null) with its cues; answers in how many ms to show again.
    show(practice, cues = []) {
      const state = going(practice);
      if (root.dataset.practiceState !== state) root.dataset.practiceState = state;
      sayState(root, "practice-state", state);
      if (!practice) {
        say(root, "cue", "");
        say(root, "practice-left", "");
        showBreath({ cue: null }, state, []);
        return Infinity;
      }
      ringAt(practice, state, cues);
      showWords(practice, state, cues);
      const breathLeft = showBreath(practice, state, cues);
      const left = practice.total_ms === null ? null : practice.total_ms - practice.position_ms;
      say(root, "practice-left", left === null || state === "finished" ? "" : minutesAndSeconds(left));
      if (state === "waiting") return practice.starts_in_ms;
      if (state !== "running") return Infinity;
      return Math.min(practice.next_cue_in_ms ?? Infinity, breathLeft, left === null ? 1000 : left % 1000 || 1000);
    },
  };
}
