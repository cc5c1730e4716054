// Where this site was never kept on this device, this is all that is loaded of it.

if (await navigator.serviceWorker?.getRegistration("/")) {
  const settled = import("./settle.js");
  // From the first moment: signing out clears this browser, and what waits here goes first.
  for (const form of document.querySelectorAll('form[action$="/account/logout/"]')) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      (await settled).signOut(form);
    });
  }
}
