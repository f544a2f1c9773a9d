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

// Editors: their look, and a copy of what is not saved in the browser's own store.
const editors = {};
function editorText(id) {
  const editor = getElement(id)?.editor;
  return editor ? editor.state.doc.toString() : null;
}
function keepDraft(id, key, saved) {
  editors[id] = { key, saved };
  applyEditorLooks();
  return localStorage.getItem(key);
}
function draftSaved(key, saved) {
  localStorage.removeItem(key);
  for (const entry of Object.values(editors)) if (entry.key === key) entry.saved = saved;
}
function keepDrafts() {
  for (const [id, { key, saved }] of Object.entries(editors)) {
    const text = editorText(Number(id));
    if (text === null) continue;
    if (text === saved) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  }
}
function applyEditorLooks() {
  const dark = document.body.classList.contains("body--dark");
  for (const id of Object.keys(editors)) getElement(Number(id))?.setTheme(dark ? "githubDark" : "githubLight");
}
setInterval(keepDrafts, 1000);
addEventListener("pagehide", keepDrafts);
addEventListener("look", applyEditorLooks);

// Sessions end with the console's process. Once it is back and does not know this one, the form comes, and leads back here.
async function leaveUnknown() {
  if (!window.socket || window.socket.connected) return;
  const answer = await fetch("/login/probe").catch(() => null);
  if (answer?.status === 202) location.reload();
}
setInterval(leaveUnknown, 2000);

// Ctrl+S saves, where there is something to save.
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  const button = document.querySelector("[data-save]");
  if (!button) return;
  event.preventDefault();
  if (!button.disabled) button.click();
});

// A log stays at its end, unless somebody has scrolled up to read.
function scrollToEnd(id) {
  const box = getHtmlElement(id);
  if (box && box.scrollHeight - box.scrollTop - box.clientHeight < 160) box.scrollTop = box.scrollHeight;
}
