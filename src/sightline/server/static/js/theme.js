// Let a button switch between light and dark, and remember the choice.

export function startTheme() {
  const button = document.querySelector("[data-theme-toggle]");
  if (!button) return;
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const name = () => {
    button.querySelector("[data-theme-label]").textContent = dark()
      ? "Use light colours"
      : "Use dark colours";
  };
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // The choice then holds for this page only.
    }
    name();
  });
  system.addEventListener("change", name);
  name();
  button.hidden = false;
}
