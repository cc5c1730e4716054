// What was ticked or typed in one form of a page goes along with whichever button is pressed, so that it is not lost.
// Only what somebody changed: a page that is older than a colleague's answers never takes those back.
document.addEventListener("submit", ({ target: sent }) => {
  if (!sent.matches("form[data-takes-along]")) return;
  for (const field of document.querySelectorAll("form[data-takes-along] input")) {
    const changed = field.type === "radio" ? field.checked && !field.defaultChecked : field.value !== field.defaultValue;
    if (field.form === sent || !changed) continue;
    const along = document.createElement("input");
    Object.assign(along, { type: "hidden", name: field.name, value: field.value });
    sent.append(along);
  }
});
