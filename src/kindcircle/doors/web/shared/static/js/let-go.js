// Whoever may no longer read a page does not keep it open in front of them: when its own question is refused, because
// they have left, no longer lead, or are signed out, it is asked for as a whole, and the site answers as it does now.
document.addEventListener("htmx:responseError", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig.verb === "get" && [401, 403, 404].includes(xhr.status)) location.reload();
});
