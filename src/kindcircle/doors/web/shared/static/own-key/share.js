// Sharing one locked page: <form data-own-key-share data-value data-kind data-code> with a box that is marked
// data-own-key-into. The words are opened into that box, where their writer sees and can change what goes out. Only
// this copy is readable then; the page itself stays locked.
import { openWords } from "./format.js";
import { facts, openHand } from "./panel.js";
import { boxesOf } from "./read.js";

const LEFT_OUT = new Set(["drawing"]); // numbers of a drawing are no words

for (const form of document.querySelectorAll("form[data-own-key-share]")) {
  const hand = await openHand();
  const { value, kind, code, shape } = form.dataset;
  const into = form.querySelector("[data-own-key-into]");
  try {
    const words = await openWords(hand, value, { kind, code, person: facts.person });
    const parts = shape === "text" ? [words] : boxesOf(words).filter(([name]) => !LEFT_OUT.has(name)).map(([, one]) => one);
    if (!into.value) into.value = parts.join("\n\n");
    // "Only me" needs none of it at the site.
    form.addEventListener("submit", () => {
      if (!new FormData(form).get("step")) into.value = "";
    });
    form.hidden = false;
  } catch {
    form.before(document.getElementById("own-key-cannot").content.cloneNode(true));
  }
}
