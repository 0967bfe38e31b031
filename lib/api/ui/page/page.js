// Keeps the page as a reload would show it: the server renders it, this script replaces the content. A change in the
// stream of events, or the end of the stream, brings the next refresh forward; the content of the events is not used.
"use strict";

const idleDelay = 10000; // ms between two refreshes if nothing happens
const changeDelay = 1500; // ms from a change to the refresh

let timer = 0;
let stream = null;

function main() {
  return document.getElementById("main");
}

function scheduleRefresh(after) {
  clearTimeout(timer);
  timer = setTimeout(refresh, after);
}

// One event is enough: the refresh also shows all later changes.
function listen() {
  if (stream) stream.close();
  if (!main().dataset.seq) return; // this address serves only numbers
  stream = new EventSource("/v1/changes?since=" + main().dataset.seq);
  stream.addEventListener("change", () => {
    stream.close();
    scheduleRefresh(changeDelay);
  });
  stream.addEventListener("error", () => scheduleRefresh(changeDelay));
}

function busyReading() {
  return document.hidden || !getSelection().isCollapsed;
}

async function refresh() {
  if (busyReading()) return scheduleRefresh(idleDelay);
  const away = document.getElementById("away");
  try {
    const answer = await fetch("/", { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("main");
    if (!answer.ok || !fresh) throw new Error("no status page");
    const moved = fresh.dataset.seq !== main().dataset.seq;
    main().replaceWith(fresh);
    document.title = page.title;
    away.hidden = true;
    if (moved || !stream || stream.readyState === EventSource.CLOSED) listen();
  } catch (error) {
    away.hidden = false;
    document.title = "? carecloud-syncd";
  }
  scheduleRefresh(idleDelay);
}

document.addEventListener("visibilitychange", () => document.hidden || scheduleRefresh(0));
addEventListener("pagehide", () => stream && stream.close());
listen();
scheduleRefresh(idleDelay);
