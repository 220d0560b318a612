// Copy the address of a query that was run.

const button = document.querySelector("[data-share]");
if (button && navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const told = document.querySelector("[data-shared]");
    try {
      await navigator.clipboard.writeText(location.href);
      told.textContent = "Copied.";
    } catch {
      told.textContent = "Copy the address of this page instead.";
    }
  });
}

// Run by Ctrl+Enter where there is no editor but the text area.
for (const area of document.querySelectorAll("textarea[data-completions]")) {
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      area.form.requestSubmit();
    }
  });
}
