// Suggestions for fields with several words: a browser knows only the field as a whole, so each
// suggestion begins with what is written before the last comma.

function renew(field) {
  const before = field.value.slice(0, field.value.lastIndexOf(",") + 1);
  const start = before && `${before.trimEnd()} `;
  const taken = new Set(before.split(",").map((word) => word.trim()));
  for (const option of field.list.options) {
    option.dataset.id ??= option.value;
    option.dataset.name ??= option.textContent;
    option.value = start + option.dataset.id;
    option.textContent = start + option.dataset.name;
    option.disabled = taken.has(option.dataset.id);
  }
}

for (const field of document.querySelectorAll("input[data-several]")) {
  field.addEventListener("focus", () => renew(field));
  field.addEventListener("input", () => renew(field));
}
