// Move the parts of the drawing to where a layout puts them, and back.

const LEGEND = 40;
const ROUND = 6;
let before;

export function moved(svg, layout) {
  before ??= remembered(svg);
  const place = (shape) => {
    const { id, x, y, width, height } = shape;
    const box = svg.querySelector(`.flow-box[data-box="${id}"]`);
    if (box) {
      set(box.querySelector("rect"), { x, y, width, height });
      set(box.querySelector("text"), { x: x + 12, y: y + 21 });
    }
    const node = svg.querySelector(`[data-node="${id}"]`);
    if (node) {
      set(node, { transform: `translate(${x} ${y})` });
      if (node.classList.contains("flow-data")) set(node.querySelector(".flow-shape"), { height });
    }
    for (const child of shape.children ?? []) place(child);
  };
  for (const child of layout.children) place(child);
  for (const { id, sections, labels } of layout.edges) {
    const edge = svg.querySelector(`[data-edge="${id}"]`);
    const [{ startPoint, bendPoints = [], endPoint }] = sections;
    set(edge.querySelector(".flow-line"), { d: path([startPoint, ...bendPoints, endPoint]) });
    set(edge.querySelector(".flow-head"), { transform: `translate(${endPoint.x} ${endPoint.y})` });
    const [{ x, y, height }] = labels;
    set(svg.querySelector(`[data-tag="${id}"]`), { transform: `translate(${x} ${y + height / 2})` });
  }
  const legend = svg.querySelector("[data-legend]");
  const width = Math.max(layout.width, legend.getBBox().width + 8);
  set(legend, { transform: `translate(8 ${layout.height + LEGEND / 2})` });
  sized(svg, width + 16, layout.height + LEGEND + 8);
}

export function restored(svg) {
  for (const [element, name, value] of before ?? []) element.setAttribute(name, value);
  before = undefined;
}

function remembered(svg) {
  const names = ["x", "y", "width", "height", "d", "transform", "viewBox"];
  return [svg, ...svg.querySelectorAll("*")].flatMap((element) =>
    names.filter((name) => element.hasAttribute(name)).map((name) => [element, name, element.getAttribute(name)]),
  );
}

function sized(svg, width, height) {
  set(svg, { width, height, viewBox: `-8 -8 ${width} ${height}` });
  set(svg.querySelector(".flow-paper"), { width, height });
}

// Lines with round corners.
function path(points) {
  let way = `M${points[0].x} ${points[0].y}`;
  for (let n = 1; n < points.length - 1; n += 1) {
    const [from, at, to] = [points[n - 1], points[n], points[n + 1]];
    const start = towards(at, from);
    const end = towards(at, to);
    way += `L${start.x} ${start.y}Q${at.x} ${at.y} ${end.x} ${end.y}`;
  }
  const last = points[points.length - 1];
  return `${way}L${last.x} ${last.y}`;
}

function towards(at, other) {
  const length = Math.hypot(other.x - at.x, other.y - at.y) || 1;
  const part = Math.min(ROUND, length / 2) / length;
  return { x: at.x + (other.x - at.x) * part, y: at.y + (other.y - at.y) * part };
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
