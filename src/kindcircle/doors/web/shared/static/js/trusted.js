// The browser asks this policy before any text becomes part of the page (Trusted Types). htmx needs it for the
// fragments our own server sends. Scripts in them are dropped by htmx (allowScriptTags is off) and never run under
// our content policy; things that load other pages are turned away here.
(() => {
  if (!window.trustedTypes) return;
  window.trustedTypes.createPolicy("default", {
    createHTML: (text) => {
      if (/<(iframe|object|embed|base|portal)\b/i.test(text)) throw new TypeError("Refused: a page inside our page.");
      return text;
    },
    createScriptURL: (url) => {
      const full = new URL(url, window.location.href);
      if (full.origin === window.location.origin && full.pathname.startsWith("/static/")) return url;
      throw new TypeError("Refused: a script from elsewhere.");
    },
  });
})();

// htmx notes the page's address in the browser's store, for a history that we do not use. Nothing of ours stays there.
document.addEventListener("DOMContentLoaded", () => sessionStorage.removeItem("htmx-current-path-for-history"));
