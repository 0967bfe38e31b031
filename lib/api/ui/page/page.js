// Keeps the page as it would be if it were loaded anew: the server draws it, this puts it in. A change in the stream of
// events, or its end, brings the next look nearer; of the changes themselves nothing is read.
"use strict";

const calm = 10000; // ms between two looks when nothing happens
const brisk = 1500; // ms from a change to the look

let timer = 0;
let stream = null;

function main() {
  return document.getElementById("main");
}

function look(after) {
  clearTimeout(timer);
  timer = setTimeout(refresh, after);
}

// One event is enough; what else came in the meantime shows with the next look.
function listen() {
  if (stream) stream.close();
  if (!main().dataset.seq) return; // only numbers are served here
  stream = new EventSource("/v1/changes?since=" + main().dataset.seq);
  stream.addEventListener("change", () => {
    stream.close();
    look(brisk);
  });
  stream.addEventListener("error", () => look(brisk));
}

function busyReading() {
  return document.hidden || !getSelection().isCollapsed;
}

async function refresh() {
  if (busyReading()) return look(calm);
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
  look(calm);
}

document.addEventListener("visibilitychange", () => document.hidden || look(0));
addEventListener("pagehide", () => stream && stream.close());
listen();
look(calm);
