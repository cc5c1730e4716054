// tidyUp says what it does; where it cannot in time, sealed words stay.

const settled = navigator.serviceWorker?.getRegistration("/").then((here) => here && import("./settle.js"));

for (const form of settled ? document.querySelectorAll('form[action$="/account/logout/"]') : []) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const late = new Promise((go, failed) => setTimeout(failed, 4000));
    const stays = await Promise.race([settled.then((all) => all?.tidyUp()), late]).catch(async () => {
      for (const name of await caches.keys()) caches.delete(name);
      return true;
    });
    if (stays) form.action += "?words-wait=yes";
    form.submit();
  });
}
