"use strict";
const entries = [...document.querySelectorAll("main summary")];
const all = [...document.querySelectorAll("main details")];

function move(from, key) {
  const visible = entries.filter((entry) => !entry.parentElement.parentElement.closest("details:not([open])"));
  const at = visible.indexOf(from);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? visible.length - 1 : at - 1, Home: 0, End: visible.length - 1 }[key];
  const entry = visible[Math.min(Math.max(to, 0), visible.length - 1)];
  if (entry) {
    entry.focus();
    entry.scrollIntoView({ block: "nearest" });
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isEntry = entries.includes(event.target);
  if (event.key === "a") {
    for (const each of all) each.open = true;
  } else if (event.key === "Escape") {
    for (const each of all) each.open = false;
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp" || (isEntry && (event.key === "Home" || event.key === "End"))) {
    if (!isEntry && event.target !== document.body) return;
    event.preventDefault();
    move(event.target, event.key);
  }
});

const UNITS = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
function ago(moment) {
  const seconds = (moment.getTime() - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(document.documentElement.lang).format(Math.round(seconds / size), unit);
}
for (const time of document.querySelectorAll("time")) {
  const moment = new Date(time.dateTime);
  if (Number.isNaN(moment.getTime())) continue;
  time.title = time.dateTime;
  time.textContent = moment.toLocaleString() + (time.dataset.ago === undefined ? "" : " (" + ago(moment) + ")");
}

let opened = [];
addEventListener("beforeprint", () => {
  opened = all.filter((each) => !each.open);
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});
document.getElementById("keys").hidden = entries.length === 0;
