// The editor of flows: completion at the cursor, and word of the line that the cursor is in.
import * as CM from "nicegui-codemirror";

const PAUSE_MILLIS = 120;
const WRITTEN = /[\w.$-]$/;

async function ask(context, line, column) {
  const body = JSON.stringify({ text: context.state.doc.toString(), line, column });
  try {
    const answer = await fetch("/editor/completions", { method: "POST", body, headers: { "Content-Type": "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // the console is away, of which the page tells
  }
}

async function complete(context) {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (!context.explicit && !WRITTEN.test(before)) return null;
  const answer = await ask(context, line.number, [...before].length);
  if (!answer || !answer.options.length) return null;
  const hasColon = /^[\w$-]*\s*:/.test(line.text.slice(before.length));
  const options = answer.options.map(({ label, detail, info, opens }) => ({
    label,
    detail,
    info: info || undefined,
    type: answer.key ? "property" : "type",
    apply: answer.key && !hasColon ? `${label}:${opens ? "" : " "}` : label,
  }));
  return { from: context.pos - answer.prefix.length, options, validFor: /^[\w.$-]*$/ };
}

// Adds both to the editor of an element, whose event "cursor" has the line, and how many characters of it are before the cursor.
export function assist(id) {
  const element = getElement(id);
  let timer, told;
  const tell = (view) => {
    const head = view.state.selection.main.head;
    const line = view.state.doc.lineAt(head);
    if (line.number === told) return;
    told = line.number;
    element.$emit("cursor", { line: told, column: [...line.text.slice(0, head - line.from)].length });
  };
  const follow = CM.EditorView.updateListener.of((update) => {
    if (!update.selectionSet && !update.docChanged) return;
    if (update.docChanged) told = null; // another text may be another type
    clearTimeout(timer);
    timer = setTimeout(() => tell(update.view), PAUSE_MILLIS);
  });
  const completing = CM.EditorState.languageData.of(() => [{ autocomplete: complete }]);
  element.editor.dispatch({ effects: CM.StateEffect.appendConfig.of([follow, completing]) });
  tell(element.editor);
}
