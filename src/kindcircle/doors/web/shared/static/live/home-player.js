// A practice at home, led by one's own hand: heard from one file, in the device's voice, or seen and felt only.
// Words, shape, bell and buzz follow one clock; with a file, that is the file itself.

import { createBell } from "./bell.js";
import { going } from "./commands.js";
import { parts, readJson, sayState, showWhen } from "./dom.js";
import { createLog } from "./play-log.js";
import { createPlayer } from "./player.js";
import { createSoundClock } from "./sound-clock.js";
import { statesOf } from "./states.js";
import { createStepClock } from "./step-clock.js";
import { practiceKey, practiceMap } from "./timeline.js";

const root = document.getElementById("home-player");
const facts = readJson("home-facts");
const variant = String(facts.seconds);
const sheet = practiceMap(readJson("home-practices")).get(practiceKey(facts.practice, variant));
const log = createLog(root, facts);
const bell = createBell(root, { heard: root.dataset.sound === "on" });
const player = createPlayer(root, bell, { turned: (phase) => feel(phase === "in" ? [40] : [40, 80, 40]) });
const about = { practice: facts.practice, variant, sheet, changed: () => show() };
// Who asked for little data, or whose browser does: words and bells first, and the sound after a tap on its size.
const little = facts.little ?? matchMedia("(prefers-reduced-data: reduce)").matches;
let offered = little && Boolean(facts.sound);
let clock = { place: () => null };
let voice = null;
let step = null;
let next = 0;

function feel(pattern) {
  if (facts.buzz && navigator.vibrate && navigator.userActivation?.hasBeenActive) navigator.vibrate(pattern);
}

// Each step is said and felt once, and only while it is new.
function onStep(practice, state) {
  const here = state === "running" ? `${practice.play} ${practice.cue}` : state;
  if (here === step) return;
  step = here;
  voice?.hush();
  if (state !== "running" || practice.cue === null) return;
  const cue = sheet.cues[practice.cue];
  if (cue.kind !== "breath") feel([60]);
  voice?.say(cue.text);
}

function show() {
  clearTimeout(next);
  const practice = clock.place();
  const state = going(practice);
  onStep(practice, state);
  const wait = player.show(practice, sheet.cues);
  const states = statesOf({ phase: "open", step: null, practice, round: null }, { me: null, link: "open", going: state });
  const stopped = state === "finished" && practice.position_ms < practice.total_ms;
  if (stopped) sayState(root, "practice-state", "stopped");
  if (state === "finished") states.add(stopped ? "practice-stopped" : "practice-whole");
  if (state === "none" && facts.sound) states.add(offered ? "sound-offered" : "sound-at-begin");
  showWhen(root, states);
  if (navigator.mediaSession) navigator.mediaSession.playbackState = state === "running" ? "playing" : state === "none" ? "none" : "paused";
  if (["paused", "finished"].includes(state)) log(practice, state);
  if (wait < Infinity) next = setTimeout(show, Math.max(1, wait));
}

// From here on the file is the clock. Nothing of it is asked for yet.
function soundLeads() {
  offered = false;
  const { sound: url, lead } = facts;
  clock = createSoundClock({ ...about, url, lead, title: root.dataset.title, lost: withoutSound });
  bell.alone(true);
  sayState(root, "voice-state", "coming");
}

// Whatever happens to the sound, the practice goes on in words, bells and buzz.
async function withoutSound(from = null) {
  clock = createStepClock(about);
  if (from) clock.carryOn(from);
  bell.alone(false);
  sayState(root, "voice-state", "missing");
}

const does = {
  async start() {
    try {
      await clock.start();
    } catch (error) {
      if (error.name === "NotAllowedError") {
        clock.forget();
        return sayState(root, "voice-state", "again");
      }
      await withoutSound();
      await clock.start();
    }
    log(clock.place(), "running");
  },
  async hear() {
    soundLeads();
    const led = clock;
    await does.start();
    if (clock === led && clock.place()) sayState(root, "voice-state", facts.voice);
  },
  pause: () => clock.pause(),
  resume: () => clock.resume(),
  end() {
    clock.end();
    parts(root, "stopped")[0]?.focus();
  },
};

async function begin() {
  for (const notice of parts(document, "little-data")) notice.hidden = !little;
  if (facts.sound && !offered) {
    soundLeads();
    show();
    await clock.prepare().then(() => sayState(root, "voice-state", facts.voice), () => withoutSound());
  } else {
    clock = createStepClock(about);
    show();
    const said = offered ? "text" : facts.voice;
    if (said === "device") voice = await (await import("./device-voice.js")).createDeviceVoice(document.querySelector("[data-live=cue]"));
    sayState(root, "voice-state", said === "device" && !voice ? "missing" : said);
  }
  show();
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-does]");
  if (!button) return;
  does[button.dataset.does]();
  show();
});
root.addEventListener("change", () => show());
document.addEventListener("keydown", (event) => {
  // One key holds everything still, wherever the focus is.
  if (event.key !== "Escape" || !["running", "waiting"].includes(going(clock.place()))) return;
  clock.pause();
  show();
});
document.addEventListener("visibilitychange", () => show());
window.addEventListener("pagehide", () => {
  voice?.hush();
  const practice = clock.place();
  if (practice) log(practice, going(practice));
});
begin();
