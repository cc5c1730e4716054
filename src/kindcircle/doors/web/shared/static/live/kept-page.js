// On a kept page without a line, "Help now" leads to the numbers on the page itself.

document.querySelector(".help-now").addEventListener("click", (event) => {
  const call = document.getElementById("call");
  if (navigator.onLine || !call) return;
  event.preventDefault();
  call.scrollIntoView();
  call.focus();
});
