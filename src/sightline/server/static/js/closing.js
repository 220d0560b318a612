// Close panels that lie over the page by Escape or by a click beside them.

export function startClosing() {
  const open = () => document.querySelectorAll("details.panel[open], details.frame-menu[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const panel of open()) {
      const inside = panel.contains(document.activeElement);
      panel.open = false;
      if (inside) panel.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const panel of open()) if (!panel.contains(event.target)) panel.open = false;
  });
}
