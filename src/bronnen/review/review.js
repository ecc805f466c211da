// Keys for what the buttons and links do, without a reload in between. Without this script all of it works as a page.
"use strict";
const REST = 700; // milliseconds without a press before the effect on the balance is asked for
const waiting = []; // keys that were pressed while the one before was being kept
let busy = false, timer = 0;
const find = (id) => document.getElementById(id);
const keysAreOn = () => localStorage.getItem("toetsen") !== "uit";

function say(text, isTrouble) {
  const place = find("melding");
  if (!place) return;
  place.className = isTrouble ? "mind" : "";
  place.setAttribute("role", isTrouble ? "alert" : "status");
  place.textContent = text;
}

function put(html, address) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const work = fresh.getElementById("werk"), old = find("werk");
  if (!work || !old || !fresh.getElementById("beeld")) { location.assign(address); return; }
  const before = old.dataset.document, focused = document.activeElement && document.activeElement.id;
  const note = find("tekst"), draft = note && note.value !== note.defaultValue ? note.value : null;
  const isSame = find("beeld").dataset.key === fresh.getElementById("beeld").dataset.key;
  const message = fresh.getElementById("melding").textContent;
  fresh.getElementById("melding").textContent = ""; // filled after it is in the page, so that it is read aloud
  old.replaceWith(document.adoptNode(work));
  if (!isSame) find("beeld").replaceWith(document.adoptNode(fresh.getElementById("beeld")));
  else if (draft !== null && find("tekst")) find("tekst").value = draft;
  const effect = fresh.getElementById("invloed");
  if (effect && effect.dataset.from) {
    if (before !== work.dataset.document) find("invloed").replaceChildren();
    find("invloed").dataset.from = effect.dataset.from;
  }
  document.title = fresh.title;
  const clean = new URL(address);
  clean.searchParams.delete("m"); clean.searchParams.delete("bewaard");
  if (clean.pathname !== location.pathname || clean.search !== location.search) waiting.length = 0; // meant for what was seen
  history.replaceState(null, "", clean);
  if (focused && find(focused) && !find(focused).disabled) find(focused).focus({ preventScroll: true });
  else if (!isSame) window.scrollTo({ top: 0 });
  say(message, false);
  later();
}

async function go(address, body) {
  busy = true;
  try {
    const answer = await fetch(address, body ? { method: "POST", body, redirect: "follow" } : {});
    const html = await answer.text();
    if (!answer.ok) {
      const told = new DOMParser().parseFromString(html, "text/html").querySelector("main");
      throw new Error(told ? told.textContent.trim() : String(answer.status));
    }
    put(html, answer.url);
  } catch (error) {
    waiting.length = 0;
    say(error instanceof TypeError ? document.body.dataset.offline : error.message, true);
  }
  busy = false;
  if (waiting.length) press(waiting.shift());
}

function submit(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button && button.name) body.set(button.name, button.value);
  return go(form.action, body);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const place = find("invloed");
    if (!place || !place.dataset.from || busy) return;
    const from = place.dataset.from;
    try {
      const answer = await fetch(from);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("invloed");
      if (answer.ok && fresh && find("invloed").dataset.from === from) find("invloed").replaceChildren(...fresh.childNodes);
    } catch { /* the next press tells that the server is gone */ }
  }, REST);
}

const BUTTONS = { 1: "bron1", 2: "bron2", 3: "bron3", 0: "geen", Enter: "klopt", " ": "klopt", u: "terug" };
const LINKS = { ArrowLeft: "vorige", ArrowRight: "volgende", s: "wissel" };

function press(key) {
  const button = BUTTONS[key] && find(BUTTONS[key]), link = LINKS[key] && find(LINKS[key]);
  if (busy) waiting.push(key);
  else if (button && !button.disabled) submit(button.form, button);
  else if (link) go(link.href);
  else if (waiting.length) press(waiting.shift());
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !find("oordeel")) return;
  const at = event.target, isText = at.matches("input, textarea, select");
  if (isText) { if (event.key === "Escape") at.blur(); else if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); submit(at.form); at.blur(); } return; }
  if (!keysAreOn()) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if ((key === "Enter" || key === " ") && at.closest("button, a, summary")) return; // what has the focus goes first
  if (key === "n") { event.preventDefault(); find("tekst").focus(); return; }
  if (key === "?") { const keys = find("toetsen"); keys.open = !keys.open; if (keys.open) keys.scrollIntoView({ block: "nearest" }); return; }
  if (key in BUTTONS || key in LINKS) { event.preventDefault(); if (!event.repeat || key in LINKS && !busy) press(key); }
});

document.addEventListener("submit", (event) => {
  if (!find("oordeel") || !event.target.closest("#werk")) return;
  event.preventDefault();
  if (event.submitter && document.activeElement === event.submitter && lastWasPointer) event.submitter.blur(); // so that Enter confirms again
  if (!busy) submit(event.target, event.submitter);
});

let lastWasPointer = false;
document.addEventListener("pointerdown", () => { lastWasPointer = true; }, true);
document.addEventListener("keydown", () => { lastWasPointer = false; }, true);

document.addEventListener("click", (event) => {
  const link = event.target.closest("#vorige, #volgende, #wissel");
  if (link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); if (!busy) go(link.href); }
});

const toggle = find("aanuit");
if (toggle) {
  const show = () => { toggle.textContent = keysAreOn() ? toggle.dataset.on : toggle.dataset.off; };
  toggle.hidden = false; show();
  toggle.addEventListener("click", () => { localStorage.setItem("toetsen", keysAreOn() ? "uit" : "aan"); show(); });
}
{
  const clean = new URL(location.href);
  if (clean.searchParams.has("m") || clean.searchParams.has("bewaard")) { clean.searchParams.delete("m"); clean.searchParams.delete("bewaard"); history.replaceState(null, "", clean); }
}
later();
