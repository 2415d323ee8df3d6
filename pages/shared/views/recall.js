// The sentence, and below it what each network recalls. Words reach the page as text only.
export default function (component) {
  const { data, parentElement } = component;
  const head = row(data.read, "");
  data.words.forEach((word) => {
    const cell = element("th", word.text, word.own ? "" : "inserted");
    cell.scope = "col";
    head.append(cell);
  });
  const rows = data.rows.map((reader) => {
    const line = row(reader.name, reader.told);
    reader.cells.forEach((it) => {
      const cell = element("td", "", it.outcome);
      cell.title = it.description;
      cell.setAttribute("aria-label", it.description);
      cell.append(element("span", it.text, "word"));
      line.append(cell);
    });
    return line;
  });
  const table = document.createElement("table");
  table.setAttribute("aria-label", data.label);
  table.append(head, ...rows);
  const box = parentElement.querySelector(".recall");
  box.tabIndex = 0; // so that keys scroll it
  box.replaceChildren(table);
}

function row(name, told) {
  const line = document.createElement("tr");
  const first = element("th", name, "");
  first.scope = "row";
  if (told) first.append(element("span", told, "told"));
  line.append(first);
  return line;
}

function element(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = name;
  return made;
}
