// The two parts of a page on which a key gets its ways: choosing a passphrase, and writing down a new recovery code.
// Used where somebody turns it on and where they change it. Nothing here is sent.
import { madeUp, newCode, tidyCode, tooEasy } from "./ways.js";

function sorry(part, name) {
  const line = part.querySelector("[data-sorry]");
  line.textContent = "";
  setTimeout(() => (line.textContent = line.dataset[name]), 50); // said anew each time
}

export function step(part) {
  document.querySelectorAll("[data-step]").forEach((one) => (one.hidden = one !== part));
  const title = part.querySelector("h2");
  title.tabIndex = -1;
  title.focus();
}

// Resolves to a passphrase that is hard to guess.
export function askPassphrase(part) {
  const box = part.querySelector("input");
  const shown = part.querySelector("[data-show]");
  shown.addEventListener("change", () => (box.type = shown.checked ? "text" : "password"));
  part.querySelector("[data-make]").addEventListener("click", () => {
    box.value = madeUp();
    shown.checked = true;
    box.type = "text";
    box.focus();
  });
  step(part);
  return new Promise((good) =>
    part.addEventListener("submit", (event) => {
      event.preventDefault();
      if (tooEasy(box.value)) return sorry(part, "sayEasy"), box.focus();
      good(box.value);
      box.value = "";
    }),
  );
}

// Shows a new code, then asks for two of its groups. Resolves to the code once they were typed as they stand.
export async function giveCode(part, check) {
  const code = newCode();
  const list = part.querySelector("[data-groups]");
  list.replaceChildren(
    ...code.map((group) => {
      const item = document.createElement("li");
      item.textContent = group;
      return item;
    }),
  );
  step(part);
  await new Promise((good) => part.querySelector("[data-on]").addEventListener("click", good, { once: true }));
  const first = 1 + Math.floor(Math.random() * 3);
  const asked = [first, first + 2 + Math.floor(Math.random() * (code.length - first - 3))];
  const boxes = [...check.querySelectorAll("input")];
  check.querySelectorAll("[data-number]").forEach((one, at) => (one.textContent = asked[at] + 1));
  const back = check.querySelector("[data-back]");
  back.addEventListener("click", () => step(part));
  part.querySelector("[data-on]").addEventListener("click", () => step(check));
  step(check);
  return new Promise((good) =>
    check.addEventListener("submit", (event) => {
      event.preventDefault();
      const wrong = boxes.find((box, at) => tidyCode(box.value) !== code[asked[at]]);
      if (wrong) return sorry(check, "sayWrong"), wrong.focus();
      boxes.forEach((box) => (box.value = ""));
      list.replaceChildren();
      good(code.join("-"));
    }),
  );
}
