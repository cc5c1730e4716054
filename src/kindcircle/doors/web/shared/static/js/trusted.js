// The browser asks this policy before any text becomes part of the page (Trusted Types). htmx needs it for the
// fragments our own server sends; anything that carries a script or an event handler is turned away.
(() => {
  if (!window.trustedTypes) return;
  const refused = /<script\b|<iframe\b|<object\b|<embed\b|<base\b|javascript:|\son[a-z]+\s*=/i;
  window.trustedTypes.createPolicy("default", {
    createHTML: (text) => {
      if (refused.test(text)) throw new TypeError("Refused: a fragment with a script in it.");
      return text;
    },
    createScriptURL: (url) => {
      const full = new URL(url, window.location.href);
      if (full.origin === window.location.origin && full.pathname.startsWith("/static/")) return url;
      throw new TypeError("Refused: a script from elsewhere.");
    },
  });
})();
