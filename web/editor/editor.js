// Turn the text area of the SPARQL page into an editor: colours, completion, errors at their place.
import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap, lineNumbers } from "@codemirror/view";
import { sparql } from "codemirror-lang-sparql";
import { completeFrom } from "./completion.js";
import { colours, theme } from "./theme.js";

function start(area) {
  const form = area.form;
  const host = document.createElement("div");
  host.className = "editor";
  area.after(host);
  // Below a shadow root styles are constructed, which the content security policy leaves alone.
  const root = host.attachShadow({ mode: "open" });
  const submit = () => {
    form.requestSubmit();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        lintGutter(),
        sparql(),
        syntaxHighlighting(colours),
        theme,
        autocompletion({ override: [completeFrom(area.dataset.completions)], icons: false }),
        // Tab is not among them: it leaves the editor as it leaves every other field.
        keymap.of([
          { key: "Ctrl-Enter", mac: "Cmd-Enter", run: submit, preventDefault: true },
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.domEventHandlers({ beforeinput: replaceSelection }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": "SPARQL query",
          "aria-multiline": "true",
          "data-query": "",
          role: "textbox",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  area.hidden = true;
  for (const label of area.labels) label.addEventListener("click", () => view.focus());
  markError(view, area.dataset);
}

// Where a selection is typed over, Chromium keeps its look by an inline style, which the content
// security policy refuses; so the editor replaces it itself.
function replaceSelection(event, view) {
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || empty || !event.data || view.composing) return false;
  event.preventDefault();
  const insert = () =>
    view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handle) => handle(view, from, to, event.data, insert))) view.dispatch(insert());
  return true;
}

// The server says where a query is wrong by line and column, both counted from 1.
function markError(view, { line, column, message }) {
  if (!line || line > view.state.doc.lines) return;
  const at = view.state.doc.line(Number(line));
  const from = Math.min(at.from + Number(column) - 1, at.to);
  const word = view.state.wordAt(from) ?? view.state.wordAt(Math.min(from + 1, at.to));
  const to = word ? word.to : Math.min(from + 1, at.to);
  const found = [{ from: Math.min(from, Math.max(to - 1, at.from)), to, severity: "error", message }];
  view.dispatch(setDiagnostics(view.state, found), { selection: { anchor: from } });
}

for (const area of document.querySelectorAll("textarea[data-completions]")) start(area);
