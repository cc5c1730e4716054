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

// "usual", or one of the ways written with the cues: what this person has chosen on this device, for themselves.
function chosenWay(root) {
  return root.querySelector('input[name="way"]:checked')?.value ?? "usual";
}

export function createPlayer(root, bell) {
  let seen = { play: null, state: "none" };

  const ringAt = (practice, state, cues) => {
    const cue = cues[practice.cue];
    const rings = cue && (cue.kind === "bell" || cue.kind === "end");
    const sawItGo = seen.play === practice.play && seen.state !== "finished";
    if (state === "running" && rings && practice.position_ms - cue.at <= FRESH) {
      bell.ring(`${practice.play} ${practice.cue}`);
    }
    // Whoever has their eyes closed must learn that it is over, at the end and when it was ended early.
    if (state === "finished" && sawItGo) bell.ring(`${practice.play} end`);
    seen = { play: practice.play, state };
  };

  const showWords = (practice, state, cues) => {
    const cue = cues[practice.cue];
    const endedEarly = state === "finished" && practice.position_ms < practice.total_ms;
    const words = cue && !endedEarly ? (cue.ways[chosenWay(root)] ?? cue.text) : "";
    say(root, "cue", words);
    for (const element of parts(root, "cue")) element.dataset.kind = cue?.kind ?? "";
  };

  const showBreath = (practice, state, cues) => {
    const cue = cues[practice.cue];
    const wanted = cue?.kind === "breath" && state === "running" && chosenWay(root) !== "no_breath";
    const breath = wanted ? breathAt(practice.position_ms - cue.at) : null;
    const still = root.querySelector('input[name="still"]')?.checked || CALM.matches;
    for (const element of parts(root, "breath")) {
      element.hidden = !breath;
      if (!breath) continue;
      // Without a phase the shape keeps still, and the words alone say in and out.
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
    chosenWay: () => chosenWay(root),
  };
}
