// Keep addresses short: leave fields that say nothing out of what a form sends.

export function startForms() {
  for (const form of document.querySelectorAll("form[data-short]")) {
    form.addEventListener("formdata", (event) => {
      const kept = [...event.formData.entries()].filter(([, value]) => value !== "");
      for (const name of new Set([...event.formData.keys()])) event.formData.delete(name);
      for (const [name, value] of kept) event.formData.append(name, value);
    });
  }
}
