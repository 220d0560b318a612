// Read the drawing as the graph that elk lays out.

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.json.edgeCoords": "ROOT",
  "elk.json.shapeCoords": "ROOT",
  "elk.spacing.nodeNode": "16",
  "elk.spacing.edgeNode": "12",
  "elk.spacing.edgeEdge": "8",
  "elk.spacing.edgeLabel": "4",
  "elk.spacing.componentComponent": "20",
  "elk.layered.spacing.nodeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeNodeBetweenLayers": "12",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "8",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.thoroughness": "20",
};
const INSIDE = {
  ...OPTIONS,
  "elk.padding": "[top=36,left=14,bottom=14,right=14]",
  "elk.nodeSize.constraints": "[MINIMUM_SIZE]",
};
const PORT = 24;

export function read(svg) {
  const children = new Map();
  const inside = (id) => children.get(id) ?? children.set(id, []).get(id);
  const leaving = new Map();
  const edges = [...svg.querySelectorAll("[data-edge]")].map((drawn) => {
    const { edge, from, to } = drawn.dataset;
    leaving.set(from, (leaving.get(from) ?? 0) + 1);
    const tag = svg.querySelector(`[data-tag="${edge}"]`);
    return {
      id: edge,
      sources: [from],
      targets: [to],
      labels: [
        {
          id: `${edge}-tag`,
          text: tag.textContent,
          width: Number(tag.dataset.width),
          height: 20,
          layoutOptions: { "elk.edgeLabels.inline": "true", "elk.edgeLabels.placement": "CENTER" },
        },
      ],
    };
  });
  for (const drawn of svg.querySelectorAll("[data-node]")) {
    const { node, box, width, height } = drawn.dataset;
    const bar = drawn.classList.contains("flow-data");
    inside(box).push({
      id: node,
      width: Number(width),
      height: bar ? Math.max(56, (leaving.get(node) ?? 0) * PORT) : Number(height),
    });
  }
  const boxes = [...svg.querySelectorAll("[data-box][class~=flow-box]")];
  // Inner boxes stand after outer ones, so from the last on each is whole when it is added.
  for (const drawn of boxes.reverse()) {
    const { box, parent } = drawn.dataset;
    const title = drawn.querySelector("text").getComputedTextLength();
    inside(parent).unshift({
      id: box,
      children: inside(box),
      layoutOptions: { ...INSIDE, "elk.nodeSize.minimum": `(${Math.ceil(title) + 28}, 60)` },
    });
  }
  return { id: "root", layoutOptions: OPTIONS, children: inside(undefined), edges };
}
