// When a device could not use or keep a passkey, or the person changed their mind, the page says so in words.
document.addEventListener("allauth.error", (event) => {
  const line = document.getElementById("passkey-said");
  if (!line) return;
  event.preventDefault();
  line.textContent = "";
  setTimeout(() => (line.textContent = line.dataset.sayNot), 50); // said anew each time
});
