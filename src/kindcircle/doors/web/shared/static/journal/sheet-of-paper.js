// A sheet to draw on: by finger, pen or mouse, or by buttons alone. What is on it is whole numbers, written into a
// hidden box of the form; draft.js keeps that box like any other. The same numbers are drawn again by the site.
import { drawn, straightened } from "./strokes.js";

const root = document.querySelector("[data-paper]");
const box = document.getElementById("drawing");

const NEAR = 5; // units of the sheet that a line may pass without a new point
const STEP = 40;
const REMEMBERED = 30; // how many steps can be taken back

function start() {
  const facts = JSON.parse(document.getElementById("paper-facts").textContent);
  const sheet = root.querySelector("[data-paper-sheet]");
  const said = root.querySelector("[data-paper-said]");
  const chosen = { ink: 0, size: 1 };
  const before = []; // earlier sheets, to take a step back
  let marks = read();
  let going = null; // the line that is being drawn, and its pointer

  function read() {
    try {
      const found = JSON.parse(box.value || "[]");
      return Array.isArray(found) ? found : [];
    } catch {
      return [];
    }
  }

  const say = (name, words = {}) => {
    said.textContent = said.dataset[`say${name}`].replace("{shape}", words.shape ?? "");
  };

  const show = () => sheet.replaceChildren(...[...marks, ...(going ? [flat(going)] : [])].map((mark) => drawn(mark, facts)));
  const flat = (line) => [0, chosen.ink, chosen.size, ...line.points.flat()];

  // Answers whether there was room for it.
  function put(next) {
    const text = next.length ? JSON.stringify(next) : "";
    if (text.length > facts.longest || next.length > facts.most) {
      say("Full");
      show();
      return false;
    }
    before.push(marks);
    if (before.length > REMEMBERED) before.shift();
    marks = next;
    write(text);
    return true;
  }

  function write(text) {
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    show();
  }

  const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);

  function where(event) {
    const edge = sheet.getBoundingClientRect();
    return [
      within(((event.clientX - edge.left) / edge.width) * facts.width, facts.width),
      within(((event.clientY - edge.top) / edge.height) * facts.height, facts.height),
    ];
  }

  sheet.addEventListener("pointerdown", (event) => {
    if (going || event.button > 0) return;
    event.preventDefault();
    going = { pointer: event.pointerId, points: [where(event)] };
    try {
      sheet.setPointerCapture(event.pointerId);
    } catch {
      // A pointer that is gone already cannot be held. The line is what was drawn of it.
    }
    show();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (going?.pointer !== event.pointerId) return;
    const [x, y] = where(event);
    const [lastX, lastY] = going.points.at(-1);
    if (Math.hypot(x - lastX, y - lastY) < NEAR) return;
    going.points.push([x, y]);
    show();
  });
  const ended = (event) => {
    if (going?.pointer !== event.pointerId) return;
    const line = { points: straightened(going.points) };
    going = null;
    put([...marks, flat(line)]);
  };
  sheet.addEventListener("pointerup", ended);
  sheet.addEventListener("pointercancel", ended);

  const press = (name, value) => {
    chosen[name] = value;
    for (const one of root.querySelectorAll(`[data-${name}]`)) {
      one.setAttribute("aria-pressed", String(Number(one.dataset[name]) === value));
    }
  };

  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { ink, size, shape, move, words } = button.dataset;
    if (ink !== undefined) press("ink", Number(ink));
    if (size !== undefined) press("size", Number(size));
    if (shape !== undefined) {
      // Each shape a little further on, so that none hides another.
      const apart = (marks.length % 7) * 30 - 90;
      const place = [facts.width / 2 + apart, facts.height / 2 + apart / 2];
      if (put([...marks, [Number(shape), chosen.ink, chosen.size, ...place]])) say("Put", { shape: words });
    }
    if (move !== undefined && marks.length) {
      const [x, y] = move.split(" ").map(Number);
      const last = marks.at(-1);
      const moved = last.map((value, at) => {
        if (at < 3) return value;
        return at % 2 ? within(value + x * STEP, facts.width) : within(value + y * STEP, facts.height);
      });
      if (put([...marks.slice(0, -1), moved])) say("Moved");
    }
    if ("paperBack" in button.dataset && (before.length || marks.length)) {
      marks = before.length ? before.pop() : marks.slice(0, -1);
      write(marks.length ? JSON.stringify(marks) : "");
      say("Back");
    }
    if ("paperClear" in button.dataset && marks.length && put([])) say("Clear");
  });

  // The way here from beside the boxes opens it, too.
  for (const way of document.querySelectorAll('a[href="#paper"]')) {
    way.addEventListener("click", () => (root.closest("details").open = true));
  }
  // Under one's own key the box is filled once the key is open.
  box.addEventListener("own-key:filled", () => {
    marks = read();
    if (marks.length) root.closest("details").open = true;
    show();
  });
  root.hidden = false;
  show();
}

if (root && box) start();
