// Pulling words apart: one more word in between, and what that does to all three.

function drawApart(stage) {
  const { tools, data } = stage;
  const { labels } = data;
  tools.apart.textContent = filled(labels.apart, { word: data.ready?.[1] ?? labels["apart.own"] });
  tools.together.textContent = labels.together;
  tools.apart.hidden = Boolean(data.alone) || !data.free;
  tools.together.hidden = !stage.inserted.length;
}

/** Put the next ready words in; without any, ask for the reader's own. */
function pullApart(stage) {
  const { ready } = stage.data;
  if (ready) insert(stage, ...ready);
  else openOwn(stage, Math.max(stage.query, stage.key));
}

/** Send a word to be put before a place. */
function insert(stage, at, word) {
  stage.inserting = at;
  stage.send("inserted", [at, word]);
}

/** Note where words have come in, to be taken out again in turn. */
function noteInserted(stage, more) {
  if (stage.inserting !== null && more > 0) stage.inserted.push([stage.inserting, more]);
  stage.inserting = null;
}

function takeOut(stage) {
  const last = stage.inserted.pop();
  if (last) stage.send("removed", last);
}

/** Ask for a word of the reader's own, to be put before a place. */
function openOwn(stage, at) {
  const { labels, words } = stage.data;
  const field = document.createElement("input");
  const before = at < words.length ? words[at] : "";
  const label = filled(labels[before ? "own.before" : "own.end"], { word: before });
  field.setAttribute("aria-label", label);
  field.placeholder = label;
  const refused = document.createElement("p");
  refused.setAttribute("role", "alert");
  const put = () => {
    const text = field.value.trim();
    const count = [...text].length;
    if (count && count <= stage.data.longest) {
      insert(stage, at, text);
      return closePanel(stage);
    }
    const why = labels[count ? "own.long" : "own.empty"];
    refused.textContent = filled(why, { longest: stage.data.longest, count });
    field.focus();
  };
  field.onkeydown = (event) => {
    if (event.key === "Enter" && !event.isComposing) put();
    if (event.key === "Escape") closePanel(stage);
  };
  openPanel(stage, "own", [field, tool(labels["own.put"], put), refused]);
  field.focus();
}
