"use strict";
const words = document.getElementById("words");
const statuses = document.getElementById("statuses");
const spec = document.getElementById("spec");
const shown = document.getElementById("shown");
const sections = [...document.querySelectorAll("main > section")].map((section) => ({
  section,
  rows: [...section.querySelectorAll("tbody > tr")].map((row) => ({ row, text: null, kinds: row.dataset.is.split(" ") })),
}));
const all = sections.flatMap((each) => each.rows);

function textOf(each) {
  each.text ??= each.row.textContent.toLowerCase() + " " + each.row.dataset.path.toLowerCase();
  return each.text;
}

function apply() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const status = statuses.querySelector("input:checked").value;
  let count = 0;
  sections.forEach(({ section, rows }, number) => {
    const isChosen = spec.value === "" || spec.value === String(number);
    let here = 0;
    for (const each of rows) {
      const fits =
        isChosen &&
        (status === "" || each.kinds.includes(status)) &&
        wanted.every((word) => textOf(each).includes(word));
      if (each.row.hidden === fits) each.row.hidden = !fits;
      if (fits) here += 1;
    }
    section.hidden = here === 0;
    count += here;
  });
  shown.textContent = count + " of " + all.length + " rows";
}

let asked = 0;
function soon() {
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(apply);
}

function showAll() {
  words.value = "";
  spec.value = "";
  statuses.querySelector("input").checked = true;
  apply();
}

function move(from, key) {
  const visible = all.map((each) => each.row).filter((row) => !row.hidden && !row.closest("details:not([open])"));
  const at = visible.indexOf(from);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: visible.length - 1 }[key];
  const row = visible[Math.min(Math.max(to, 0), visible.length - 1)];
  const target = row && row.querySelector("th a");
  if (target) {
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches("input[type=search], select");
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    words.focus();
    words.select();
  } else if (event.key === "Escape") {
    showAll();
  } else if (event.key === "ArrowDown" && event.target === words) {
    event.preventDefault();
    move(null, "Home");
  } else if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
    const row = event.target.closest("tbody > tr");
    if (row) {
      event.preventDefault();
      move(row, event.key);
    }
  }
});
document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
words.addEventListener("input", soon);
statuses.addEventListener("change", soon);
spec.addEventListener("change", soon);

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});

document.getElementById("filter").hidden = false;
apply();
