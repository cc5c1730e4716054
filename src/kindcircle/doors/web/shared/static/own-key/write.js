// A page to write on, under one's own key: <form data-own-key="journal">. Its boxes have no name, so that nothing but
// what is locked here can ever be sent. Drafts of it are locked as a whole.
import { CannotOpen, lockWords, openWords } from "./format.js";
import { facts, openHand } from "./panel.js";
import { Refused, send } from "./send.js";

const PAUSE = 1_500; // ms of quiet before a draft is kept
const RETRY = 8_000;
const LONGEST = 20_000;

const form = document.querySelector("form[data-own-key]");
const boxes = [...form.querySelectorAll("[data-box]")];
const problem = document.getElementById("own-key-problem");
const button = form.querySelector("button[data-busy]");
const field = (name) => form.elements.namedItem(name)?.value || "";

const words = () => {
  const typed = boxes.map((box) => [box.dataset.box, box.value]).filter(([, text]) => text.trim());
  return Object.fromEntries(form.dataset.shape === "text" ? typed : typed.map(([name, text]) => [name, text.trim()]));
};
const body = (found) => (form.dataset.shape === "text" ? found[boxes[0].dataset.box] || "" : JSON.stringify(found));

// A drawing lies there in numbers; the sheet itself says when it is full.
const lettersIn = (found) =>
  Object.entries(found).reduce((sum, [name, one]) => (name === "drawing" ? sum : sum + one.length), 0);

function tell(sentence) {
  problem.querySelector("p").textContent = sentence;
  problem.hidden = false;
  problem.focus();
}

function keepDrafts(hand) {
  const kind = form.dataset.draftKind;
  const where = { kind: "draft", code: kind, person: facts.person };
  const states = [...form.querySelectorAll(".draft-state")];
  let saved = JSON.stringify(words());
  let ready = { now: saved, locked: "" };
  let locking = null;
  let last = null;
  let timer = 0;
  let sending = false;
  let over = false;

  const say = (name) => {
    const state = last && document.getElementById(last.dataset.draftState);
    if (!state || state.dataset.state === name) return;
    states.forEach((one) => one !== state && ((one.textContent = ""), delete one.dataset.state));
    state.dataset.state = name;
    state.textContent = state.dataset[name] || "";
  };
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  // Locking takes a moment and a page that closes gives none: what is typed is locked at once, and sent after a while.
  async function lockNow() {
    if (locking) return locking;
    locking = (async () => {
      while (ready.now !== JSON.stringify(words())) {
        const found = words();
        const now = JSON.stringify(found);
        ready = { now, locked: Object.keys(found).length ? await lockWords(hand, now, where) : "" };
      }
    })();
    await locking.finally(() => (locking = null));
  }

  async function save(leaving = false) {
    clearTimeout(timer);
    if (over || (sending && !leaving)) return;
    if (!leaving) await lockNow();
    const { now, locked } = ready;
    if (now === saved || over) return;
    sending = true;
    try {
      const fields = { locked, key: field("key"), version: field("version") };
      await send(form.dataset.draftUrl, fields, { keepalive: leaving && locked.length < 50_000 });
      saved = now;
      if (JSON.stringify(words()) === saved) say("saySaved");
    } catch (error) {
      if (error instanceof Refused && error.status === 409) return say("sayConflict");
      say("sayUnsaved");
      later(RETRY);
    } finally {
      sending = false;
      if (![saved, now].includes(JSON.stringify(words()))) later(PAUSE);
    }
  }

  form.addEventListener("input", (event) => {
    if (!event.target.dataset.box) return;
    last = event.target;
    say("sayUnsaved");
    lockNow();
    later(PAUSE);
  });
  document.addEventListener("kindcircle:save-now", () => save(true));
  document.addEventListener("visibilitychange", () => document.hidden && save(true));
  window.addEventListener("online", () => save());
  return (handedIn) => (clearTimeout(timer), (over = handedIn));
}

async function refill(hand) {
  if (!form.dataset.locked) return;
  const where = { kind: "draft", code: form.dataset.draftKind, person: facts.person };
  const kept = JSON.parse(await openWords(hand, form.dataset.locked, where));
  for (const box of boxes) if (!box.value && kept[box.dataset.box]) box.value = kept[box.dataset.box];
}

const hand = await openHand();
try {
  await refill(hand);
} catch (error) {
  if (!(error instanceof CannotOpen || error instanceof SyntaxError)) throw error;
  problem.querySelector("p").textContent = problem.dataset.sayDraft;
  problem.hidden = false;
}
const stop = form.dataset.draftUrl ? keepDrafts(hand) : () => {};
document.querySelector(`form[action="${form.dataset.draftUrl}afresh/"]`)?.addEventListener("submit", () => stop(true));
form.hidden = false;
boxes.forEach((box) => box.dispatchEvent(new Event("own-key:filled", { bubbles: true })));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.getAttribute("aria-disabled")) return;
  const found = words();
  if (!Object.keys(found).length) return tell(problem.dataset.sayNothing);
  const text = body(found);
  if (lettersIn(found) > LONGEST) return tell(problem.dataset.sayLong);
  const idle = button.innerText;
  button.setAttribute("aria-disabled", "true");
  button.textContent = button.dataset.busy;
  stop(true);
  try {
    const where = { kind: form.dataset.ownKey, code: field("key"), person: facts.person };
    const fields = new URLSearchParams(new FormData(form));
    fields.set("locked", await lockWords(hand, text, where));
    const answer = await send(form.action, fields);
    if (!answer.next) throw new Refused("", 0);
    location.assign(answer.next);
  } catch (error) {
    stop(false);
    button.removeAttribute("aria-disabled");
    button.textContent = idle;
    tell((error instanceof Refused && error.message) || problem.dataset.sayNotSent);
  }
});
