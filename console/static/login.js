// A strict cookie is not sent when a link of another page leads here: a request of our own tells whether there is one.
fetch("/login/probe").then((answer) => {
  const next = document.querySelector("input[name=next]").value;
  if (answer.status === 204) location.replace(next);
});
const chosen = localStorage.getItem("console-theme") || "auto";
const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
document.body.classList.toggle("body--dark", dark);
