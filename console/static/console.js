// Moments in the browser's own time zone, and the light or dark look, which the browser remembers.
function showMoments(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const value = element.getAttribute("datetime");
    if (element.dataset.shown === value) continue;
    element.dataset.shown = value;
    const when = new Date(value);
    if (!isNaN(when)) {
      element.textContent = when.toLocaleString("sv-SE");
      element.title = when.toISOString();
    }
  }
}
function look() {
  return localStorage.getItem("console-theme") || "auto";
}
function applyLook() {
  const chosen = look();
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  if (window.Quasar) Quasar.Dark.set(dark);
  document.body.classList.toggle("body--dark", dark);
  document.body.classList.toggle("body--light", !dark);
  const button = document.getElementById("theme-button");
  if (button) {
    const name = { auto: "Auto", light: "Light", dark: "Dark" }[chosen];
    button.querySelector(".theme-name").textContent = name;
    button.setAttribute("aria-label", `Look: ${name}. Change it`);
  }
  dispatchEvent(new CustomEvent("look", { detail: dark }));
}
function changeTheme() {
  const next = { auto: "light", light: "dark", dark: "auto" }[look()];
  localStorage.setItem("console-theme", next);
  applyLook();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyLook);
document.addEventListener("DOMContentLoaded", () => {
  applyLook();
  let pending = false;
  new MutationObserver(() => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      showMoments(document);
      const button = document.getElementById("theme-button");
      if (button && !button.getAttribute("aria-label")) applyLook();
    });
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["datetime"] });
  showMoments(document);
});
