// Copying and pasting of blocks. What a pasted text means, the server says.

const SEVERAL = /[\t\r\n\u2028\[;]|[,\s].*[,\s]/;
const LONGEST_HTML = 300000;

/** @param {ClipboardEvent} event */
function onCopy(editor, event) {
  if (editor.state.editing) return;
  const { top, bottom, left, right } = selected(editor.state);
  const lines = [];
  for (let i = top; i <= bottom; i++) {
    const texts = [];
    for (let j = left; j <= right; j++) texts.push(textAt(editor.state, i, j));
    lines.push(texts.join("\t"));
  }
  event.clipboardData.setData("text/plain", lines.join("\n"));
  event.preventDefault();
}

/** @param {ClipboardEvent} event */
function onPaste(editor, event) {
  const text = event.clipboardData.getData("text/plain");
  const html = event.clipboardData.getData("text/html");
  const table = !text.includes("\t") && html.length < LONGEST_HTML && /<table/i.test(html);
  if (editor.state.editing && !SEVERAL.test(text) && !table) return;
  event.preventDefault();
  if (!text && !table) return;
  cancel(editor);
  writeBlock(editor, text, table ? html : "");
}

/** @param {InputEvent} event Some keyboards paste without saying so. */
function onBeforeInput(editor, event) {
  if (editor.state.data.kind === "flag" || !/[\t\r\n]/.test(event.data ?? "")) return;
  event.preventDefault();
  cancel(editor);
  writeBlock(editor, event.data, "");
}
