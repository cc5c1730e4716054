// Each answer of a sheet is sent as it is given, and tried again until it has arrived. The page says "kept" only then.
// Where an answer asks for a person, help comes back with it and stands right below that question.
const PAUSE = 1_200; // ms of quiet before words are sent
const RETRY = 6_000; // ms before trying again

const form = document.querySelector("form[data-keep]");
const state = document.getElementById("kept");
const waiting = new Map(); // what has not arrived yet: name of the question → answer
let timer = 0;
let order = 0; // grows, also when the clock of the device is set back
let sending = false;
let failed = false; // the last try did not arrive
let handedIn = false; // the form carries the answers now

function say(name) {
  state.dataset.state = name;
  state.textContent = state.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`];
}

function show(html, name = "saved") {
  const came = new DOMParser().parseFromString(html, "text/html").body;
  const help = came.querySelector("[data-help]");
  if (help) {
    document.querySelector("[data-help]")?.remove();
    document.getElementById(`q-${help.dataset.help}`)?.after(help);
  }
  if (waiting.size) return; // a further answer was given meanwhile and has not arrived yet
  state.replaceChildren(...came.childNodes);
  state.dataset.state = name;
}

function soon(wait) {
  clearTimeout(timer);
  timer = setTimeout(send, wait);
}

async function send(last = false) {
  clearTimeout(timer);
  if (handedIn || !waiting.size || (sending && last !== true)) return;
  const going = new Map(waiting);
  const body = new URLSearchParams([...going]);
  for (const name of ["csrfmiddlewaretoken", "key"]) body.set(name, form.elements.namedItem(name).value);
  order = Math.max(order + 1, Date.now());
  body.set("order", order);
  // What had to wait, such as for signing in again, is not newer than what another page kept meanwhile.
  if (failed) body.set("version", form.elements.namedItem("version").value);
  sending = true;
  try {
    const answer = await fetch(form.dataset.keep, {
      method: "POST",
      body,
      redirect: "manual",
      headers: { Accept: "application/json, text/html" },
      keepalive: last === true,
    });
    const words = await answer.text();
    if (answer.status === 409 || answer.status === 422) {
      // It cannot be kept as it is. The sentence says why, and what was said in it was heard all the same.
      failed = false;
      if (answer.status === 409) waiting.clear();
      going.forEach((value, name) => waiting.get(name) === value && waiting.delete(name));
      return show(words, answer.status === 409 ? "gone" : "unsaved");
    }
    if (!answer.ok) throw new Error(String(answer.status));
    failed = false;
    going.forEach((value, name) => waiting.get(name) === value && waiting.delete(name));
    show(words);
  } catch {
    failed = true;
    say("unsaved");
  } finally {
    sending = false;
    if (waiting.size) soon(failed ? RETRY : 0);
  }
}

function given(event) {
  const { name, type, value, checked } = event.target;
  if (!name || type === "hidden") return;
  handedIn = false;
  waiting.set(name, type === "checkbox" ? (checked ? "1" : "0") : value);
  if (!failed) state.dataset.state = "waiting"; // what it said of earlier answers is not true of this one yet
  soon(type === "textarea" && event.type === "input" ? PAUSE : 0);
}

// A number key picks that mark, as the arrow keys do by themselves.
function press(event) {
  const { name, type } = event.target;
  if (type !== "radio" || !/^\d$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  const marks = [...form.elements].filter((one) => one.name === name && one.value === event.key);
  marks.forEach((mark) => (mark.focus(), mark.click()));
}

if (form && state) {
  form.addEventListener("change", given);
  form.addEventListener("input", (event) => event.target.type === "textarea" && given(event));
  form.addEventListener("keydown", press);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    handedIn = true;
  });
  document.addEventListener("kindcircle:save-now", () => send(true));
  document.addEventListener("visibilitychange", () => document.hidden && send(true));
  window.addEventListener("online", () => send());
  window.addEventListener("pageshow", () => (handedIn = false)); // back on a page that was left
}
