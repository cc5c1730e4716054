// Speaking instead of typing, only where the device turns speech into words all by itself. In most browsers the usual
// way sends the sound to somebody else: that way is never taken here, and the button is not there.
const template = document.getElementById("dictate");
const Recognition = window.SpeechRecognition;
const language = document.documentElement.lang || "en";

async function here() {
  if (!template || !Recognition?.available) return false;
  try {
    // "downloadable" would fetch something from elsewhere first; only what lies on the device already counts.
    return (await Recognition.available({ langs: [language], processLocally: true })) === "available";
  } catch {
    return false;
  }
}

function offer(field) {
  const button = template.content.firstElementChild.cloneNode(true);
  const { sayOn, sayOff, sayAmiss } = button.dataset;
  let listening = null;

  const rest = (words = sayOn) => {
    listening = null;
    button.textContent = words;
    button.setAttribute("aria-pressed", "false");
  };

  const take = (event) => {
    for (const result of [...event.results].slice(event.resultIndex)) {
      if (!result.isFinal) continue;
      const words = result[0].transcript.trim();
      field.value += `${field.value && !/\s$/.test(field.value) ? " " : ""}${words}`;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  button.addEventListener("click", () => {
    if (listening) return listening.stop();
    const one = new Recognition();
    if (!("processLocally" in one)) return rest(sayAmiss);
    Object.assign(one, { lang: language, continuous: true, interimResults: false, processLocally: true });
    one.addEventListener("result", take);
    one.addEventListener("end", () => listening === one && rest());
    one.addEventListener("error", () => rest(sayAmiss));
    listening = one;
    button.textContent = sayOff;
    button.setAttribute("aria-pressed", "true");
    try {
      one.start();
    } catch {
      rest(sayAmiss);
    }
  });
  const stop = () => listening?.abort();
  window.addEventListener("pagehide", stop);
  document.addEventListener("visibilitychange", () => document.hidden && stop());
  rest();
  button.setAttribute("aria-describedby", field.id);
  field.after(button);
}

if (await here()) {
  for (const one of document.querySelectorAll("[data-dictate-here]")) one.hidden = false;
  for (const field of document.querySelectorAll("textarea[data-draft-state]:not(#drawing)")) offer(field);
}
