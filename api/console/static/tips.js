// What a title says to who hovers is shown to who comes by keyboard, too.

const GAP = 6;
const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
// Screen readers have it from the title itself.
tip.setAttribute("aria-hidden", "true");
document.body.append(tip);

/** The titles of what has the focus: its own, or those of the line that it is in. */
function titled(target) {
  const own = target.closest("[title]");
  return own ? [own] : [...(target.closest("li")?.querySelectorAll("[title]") ?? [])];
}

function hide() {
  tip.hidden = true;
}

function show(target) {
  const told = titled(target);
  if (!told.length) return hide();
  tip.textContent = told.map(({ title }) => title).join("\n");
  tip.hidden = false;
  const at = told[0].getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.max(Math.min(at.left, document.documentElement.clientWidth - width - GAP), GAP);
  const below = at.bottom + GAP;
  const top = below + height > innerHeight ? at.top - height - GAP : below;
  tip.style.transform = `translate(${left.toFixed(0)}px, ${Math.max(top, 0).toFixed(0)}px)`;
}

document.addEventListener("focusin", ({ target }) => {
  if (target.matches(":focus-visible")) show(target);
  else hide();
});
document.addEventListener("focusout", hide);
document.addEventListener("scroll", hide, { capture: true, passive: true });
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") hide();
});
