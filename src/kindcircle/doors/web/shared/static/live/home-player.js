// A practice at home: the same player, led by one's own hand, with a log that fills itself.
// The page works the same with the group's timeline and without any line once it is open.

import { createBell } from "./bell.js";
import { deviceNow } from "./clock.js";
import { going } from "./commands.js";
import { newKey, readJson, showWhen } from "./dom.js";
import { createPlayer } from "./player.js";
import { statesOf } from "./states.js";
import { LEAD, LED, position, practiceKey, practiceMap } from "./timeline.js";

const root = document.getElementById("home-player");
const form = root.querySelector("form[data-log]");
const practices = practiceMap(readJson("home-practices"));
const player = createPlayer(root, createBell(root, { heard: root.dataset.sound === "on" }));
const events = [];
let told = null; // what the log was last told of this play
let next = 0;

// As in a group, beginning and going on leave a moment to put the phone down.
function add(kind, data = {}) {
  const at = Math.ceil(deviceNow()) + (LED.includes(kind) ? LEAD : 0);
  events.push({ n: events.length + 1, kind, at, data });
}

const placed = () => position(events, Math.ceil(deviceNow()), practices);

// What is chosen: the length picker if there is one, else the length the page was made for.
const chosenLength = () => root.querySelector('[name="seconds"]:checked, select[name="seconds"]')?.value ?? root.dataset.seconds;

// One row per play, found again by its key: told at the start, when paused, at the end and on leaving the page.
function log(practice, state) {
  if (!form || told === `${practice.play} ${state} ${practice.position_ms}`) return;
  told = `${practice.play} ${state} ${practice.position_ms}`;
  const body = new FormData(form);
  body.set("key", practice.play);
  body.set("practice", practice.practice);
  body.set("seconds", practice.variant);
  body.set("played", String(Math.floor(practice.position_ms / 1000)));
  body.set("finished", state === "finished" && practice.position_ms === practice.total_ms ? "yes" : "no");
  // A beacon outlives the page and needs no answer; the next one tells the whole story again.
  navigator.sendBeacon(form.getAttribute("action"), body);
}

function show() {
  clearTimeout(next);
  const now = placed();
  const { practice } = now;
  const state = going(practice);
  const cues = practice ? practices.get(practiceKey(practice.practice, practice.variant)).cues : [];
  const wait = player.show(practice, cues);
  showWhen(root, statesOf(now, { me: null, link: "open", going: state }));
  if (state === "finished") log(practice, state);
  if (wait < Infinity) next = setTimeout(show, Math.max(1, wait));
}

const does = {
  start() {
    add("practice_started", { practice: root.dataset.practice, variant: chosenLength(), play: newKey() });
    log(placed().practice, "running");
  },
  pause() {
    add("practice_paused", { play: placed().practice.play });
    log(placed().practice, "paused");
  },
  resume: () => add("practice_resumed", { play: placed().practice.play }),
  end: () => add("practice_ended", { play: placed().practice.play }),
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-does]");
  if (!button) return;
  does[button.dataset.does]();
  show();
});
root.addEventListener("change", show);
document.addEventListener("keydown", (event) => {
  // One key holds everything still, wherever the focus is.
  if (event.key !== "Escape" || !["running", "waiting"].includes(going(placed().practice))) return;
  does.pause();
  show();
});
document.addEventListener("visibilitychange", show);
window.addEventListener("pagehide", () => {
  const { practice } = placed();
  if (practice) log(practice, going(practice));
});
add("opened");
show();
