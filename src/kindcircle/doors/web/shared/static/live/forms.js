// Ordinary forms, sent without leaving the page. Without this script they still work by loading the page anew.
// The server answers 204 (or a redirect) when done, or JSON {"why": sentence} when it does not fit.

import { newKey, say } from "./dom.js";

// Sends FormData; {ok} or {ok: false, why, final}: final means that trying again would not help.
export async function post(url, body, { keepalive = false } = {}) {
  const headers = { Accept: "application/json", "X-Requested-With": "fetch" };
  try {
    const answer = await fetch(url, { method: "POST", body, headers, keepalive, redirect: "manual" });
    if (answer.ok || answer.type === "opaqueredirect") return { ok: true };
    const json = answer.headers.get("Content-Type")?.includes("json");
    const why = json ? ((await answer.json()).why ?? "") : "";
    return { ok: false, why, final: answer.status >= 400 && answer.status < 500 };
  } catch {
    return { ok: false, why: "", final: false };
  }
}

// Takes over every form[data-live-form] in `root`. `done` is called after each that went through. Of forms that htmx
// sends, it says when one did not come through; what was typed stays.
export function enhanceForms(root, done) {
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.requestConfig?.verb === "post") say(root, "said", detail.successful ? "" : root.dataset.sayNotSent || "");
  });
  const busy = new WeakSet();
  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-live-form]")) return;
    event.preventDefault();
    if (busy.has(form)) return;
    busy.add(form);
    form.setAttribute("aria-busy", "true");
    const key = form.elements.namedItem("key");
    if (key && !key.value) key.value = newKey();
    const answer = await post(form.getAttribute("action"), new FormData(form, event.submitter));
    if (key && (answer.ok || answer.final)) key.value = "";
    busy.delete(form);
    form.removeAttribute("aria-busy");
    say(root, "said", answer.ok ? "" : answer.why || root.dataset.sayNotSent || "");
    done(answer);
  });
}
