// The theme: as the system has it, light or dark. A cookie, so that pages come in the right one.

const NEXT = { "": "dark", dark: "light", light: "" };
const LABELS = { "": "as the system", dark: "dark", light: "light" };
const root = document.documentElement;
const button = document.getElementById("theme");

function show() {
  const label = `Theme: ${LABELS[root.dataset.theme ?? ""]}`;
  button.setAttribute("aria-label", label);
  button.title = label;
}

button.addEventListener("click", () => {
  const next = NEXT[root.dataset.theme ?? ""];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  const age = next ? 31536000 : 0;
  document.cookie = `reelmatch_theme=${next}; path=/; max-age=${age}; samesite=strict`;
  show();
  document.dispatchEvent(new Event("themechange"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  document.dispatchEvent(new Event("themechange")),
);
show();
button.hidden = false;
