// Lay out the drawing of a data flow anew, with routed lines and places nested in each other.
//
// The server has drawn it already. Its parts name themselves by data attributes, so all that happens
// here is that they move: nothing is added, and without this script the drawing stays as it is.
import { read } from "./reading.js";
import { moved, restored } from "./moving.js";
import { downloading } from "./downloading.js";

const canvas = document.querySelector("[data-flow]");
const svg = canvas?.querySelector("svg.flow");
const status = document.querySelector("[data-flow-status]");
const choice = document.querySelector("[data-flow-layouts]");
const buttons = [...(choice?.querySelectorAll("button") ?? [])];
let layout;

// The worker's address is the only one that the content security policy lets become a script.
function elk() {
  const policy = window.trustedTypes?.createPolicy("elk", { createScriptURL: (url) => url });
  const address = new URL(canvas.dataset.worker, location.href).href;
  return new window.ELK({ workerFactory: () => new Worker(policy ? policy.createScriptURL(address) : address) });
}

async function show(name) {
  if (name === "nested") {
    layout ??= elk().layout(read(svg));
    moved(svg, await layout);
  } else {
    restored(svg);
  }
  canvas.dataset.flow = name;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.flowLayout === name));
}

async function choose(name) {
  try {
    await show(name);
    remember(name);
    status.textContent = name === "nested" ? "Drawn with places nested." : "Drawn in lanes.";
  } catch (error) {
    layout = undefined;
    status.textContent = "It cannot be laid out that way here.";
    console.info(error);
  }
}

function remember(name) {
  try {
    localStorage.setItem("flow-layout", name);
  } catch {
    // The choice then holds for this page only.
  }
}

function remembered() {
  try {
    return localStorage.getItem("flow-layout");
  } catch {
    return null;
  }
}

// Unless somebody chose, places are nested where that can be seen without scrolling sideways.
async function begin() {
  if (remembered() === "lanes") return;
  layout = elk().layout(read(svg));
  try {
    if (remembered() === "nested" || (await layout).width <= canvas.clientWidth - 40) await show("nested");
  } catch (error) {
    layout = undefined;
    console.info(error);
  }
}

if (svg && window.ELK && window.Worker) {
  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.flowLayout));
  choice.hidden = false;
  downloading(svg, () => canvas.dataset.flow === "nested");
  begin();
}
