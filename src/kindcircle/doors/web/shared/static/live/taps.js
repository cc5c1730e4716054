// The private taps: fine, a lot, please come, I step out. Only the facilitators learn of them.
// A tap is not done until the server has said so: by socket, else by request, again and again under one key.

import { newKey, say, saying } from "./dom.js";
import { post } from "./forms.js";

const PATIENCE = 3000; // ms to wait for the socket's answer before sending by request as well
const AGAIN = 4000; // ms between tries while nothing gets through

// `form` is form[data-taps]; its buttons are named "kind". `send` gives a message to the socket, if there is one.
export function createTaps(root, form, send) {
  const waiting = new Map();
  const buttons = [...form.querySelectorAll('button[name="kind"]')];
  const latest = (key) => [...waiting.keys()].pop() === key;

  const settle = (key, state, words) => {
    const tap = waiting.get(key);
    if (!tap) return;
    if (latest(key)) say(root, "tap-said", words || saying(tap.button, state) || saying(form, state));
    clearTimeout(tap.timer);
    waiting.delete(key);
    if (state !== "done") tap.button.setAttribute("aria-pressed", "false");
  };

  const byRequest = async (key) => {
    const tap = waiting.get(key);
    if (!tap) return;
    const body = new FormData(form);
    body.set("kind", tap.button.value);
    body.set("key", key);
    const answer = await post(form.getAttribute("action"), body, { keepalive: true });
    if (answer.ok) settle(key, "done");
    else if (answer.final) settle(key, "not-sent", answer.why);
    else if (waiting.has(key)) {
      say(root, "tap-said", saying(form, "waiting"));
      tap.timer = setTimeout(byRequest, AGAIN, key);
    }
  };

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name !== "kind") return;
    event.preventDefault();
    if ([...waiting.values()].some((tap) => tap.button === button)) return; // already on its way
    const [key, kind] = [newKey(), button.value];
    for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
    // Help is shown at once and never waits for the line.
    for (const help of root.querySelectorAll("[data-after-tap]")) {
      help.hidden = !help.dataset.afterTap.split(/\s+/).includes(kind);
      if (!help.hidden) help.scrollIntoView({ block: "nearest" });
    }
    say(root, "tap-said", saying(form, "sending"));
    const sent = send({ t: "signal", kind, key });
    waiting.set(key, { button, timer: setTimeout(byRequest, sent ? PATIENCE : 0, key) });
  });

  return { acknowledged: (key) => settle(key, "done") };
}
