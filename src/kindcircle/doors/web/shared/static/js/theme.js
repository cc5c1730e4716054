// Light, dark, or as the device has it. The choice lives in a cookie, so the server paints the page right at once.
(() => {
  const YEAR = 365 * 24 * 3600; // seconds
  const buttons = [...document.querySelectorAll("[data-theme-choice]")];
  const root = document.documentElement;

  const show = () => {
    const now = root.dataset.theme || "auto";
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now)));
  };

  const choose = (choice) => {
    const secure = window.location.protocol === "https:" ? "; Secure" : "";
    if (choice === "auto") {
      delete root.dataset.theme;
      document.cookie = `theme=; Path=/; Max-Age=0; SameSite=Lax${secure}`;
    } else {
      root.dataset.theme = choice;
      document.cookie = `theme=${choice}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    }
    show();
  };

  buttons.forEach((button) => button.addEventListener("click", () => choose(button.dataset.themeChoice)));
  document.querySelectorAll(".theme[hidden]").forEach((group) => (group.hidden = false));
  show();
})();
