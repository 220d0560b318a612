// Let the SVG download give the drawing as it is shown, where that is not how the server draws it.

export function downloading(svg, changed) {
  const link = document.querySelector('.flow-tools a[href*="/flow.svg"]');
  link?.addEventListener("click", (event) => {
    if (!changed()) return;
    event.preventDefault();
    const copy = svg.cloneNode(true);
    for (const node of copy.querySelectorAll("a[href]")) {
      node.setAttribute("href", new URL(node.getAttribute("href"), location.href).href);
    }
    const text = new XMLSerializer().serializeToString(copy);
    const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    const save = document.createElement("a");
    save.href = address;
    save.download = "data-flow.svg";
    save.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  });
}
