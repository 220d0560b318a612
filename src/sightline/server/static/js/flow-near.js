// Let what belongs to the part of the drawing that is pointed at or focused stand out.

for (const svg of document.querySelectorAll("svg.flow")) {
  const near = new Map();
  const belong = (one, other) => near.set(one, (near.get(one) ?? new Set([one])).add(other));
  for (const edge of svg.querySelectorAll("[data-edge]")) {
    const tag = svg.querySelector(`[data-tag="${edge.dataset.edge}"]`);
    const ends = ["from", "to"].map((end) => svg.querySelector(`[data-node="${edge.dataset[end]}"]`));
    for (const node of ends) for (const part of [edge, tag, ...ends]) belong(node, part);
  }
  const mark = (node) => {
    svg.classList.toggle("flow-near", Boolean(node) && !node.classList.contains("flow-data"));
    for (const part of svg.querySelectorAll(".is-near")) part.classList.remove("is-near");
    for (const part of near.get(node) ?? []) part.classList.add("is-near");
  };
  const under = (event) => mark(event.target.closest?.("[data-node]"));
  // Not on the drawing itself: some browsers would then let Tab stop at it.
  const canvas = svg.parentElement;
  canvas.addEventListener("pointerover", under);
  canvas.addEventListener("pointerleave", () => mark(null));
  canvas.addEventListener("focusin", under);
  canvas.addEventListener("focusout", () => mark(null));
}
