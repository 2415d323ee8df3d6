// Words that ask, words that are traced: by mouse, by tap, by key.

const SEND_AFTER = 300;

function drawWords(stage) {
  const { data, words } = stage;
  const place = geometry(stage);
  words.setAttribute("aria-label", data.labels.words);
  while (words.children.length > data.words.length) words.lastElementChild.remove();
  while (words.children.length < data.words.length) words.append(wordButton(stage));
  data.words.forEach((word, i) => {
    const button = words.children[i];
    button.style.top = `${place.top + i * place.row}px`;
    button.style.height = `${place.row}px`;
    button.style.width = `${place.names}px`;
    button.firstChild.textContent = word;
    button.title = word;
    button.dataset.standing = data.standings[i];
  });
  markWords(stage);
}

function wordButton(stage) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(document.createElement("bdi"));
  button.onclick = () => ask(stage, [...stage.words.children].indexOf(button));
  return button;
}

function markWords(stage) {
  const { query, key, words } = stage;
  [...words.children].forEach((button, i) => {
    button.setAttribute("aria-pressed", String(i === query));
    button.classList.toggle("traced", i === key);
    button.tabIndex = i === (words.contains(document.activeElement) ? key : query) ? 0 : -1;
  });
}

/** Let a word ask, and trace the one that it looks at most. */
function ask(stage, query) {
  const weights = Array.from(row(stage.steps.weights, query));
  point(stage, { query, key: weights.indexOf(Math.max(...weights)) });
}

/** Let another word ask, or trace another one; the server is told once the hand rests. */
function point(stage, { query = stage.query, key = stage.key }) {
  if (query !== stage.query) endPrediction(stage);
  stage.query = query;
  stage.key = key;
  stage.underHand = null;
  refresh(stage);
  if (!guessing(stage)) tellPair(stage);
  tellChange(stage);
  refreshWhy(stage);
  stage.sent = { query, key, since: Date.now() };
  clearTimeout(stage.sending);
  stage.sending = setTimeout(() => stage.send("pointed", [query, key]), SEND_AFTER);
}

function listenToPointer(stage) {
  stage.board.addEventListener("click", (event) => {
    const key = keyAt(stage, event);
    if (key !== null && !stage.pulling && !guessing(stage)) point(stage, { key });
  });
  const drag = (event) => {
    const key = keyAt(stage, event);
    if (!(guessing(stage) || stage.pulling) || key === null || !event.buttons) return;
    const share = shareAt(stage, event);
    if (stage.pulling) pull(stage, stage.pulling.word ?? key, share);
    else draw(stage, key, share);
  };
  stage.board.addEventListener("pointerdown", drag);
  stage.board.addEventListener("pointermove", drag);
  stage.board.addEventListener("pointerup", () => letGo(stage));
  stage.words.addEventListener("keydown", (event) => onWordKey(stage, event));
}

/** The row under a pointer, if it is one. */
function keyAt(stage, event) {
  const box = stage.board.getBoundingClientRect();
  const { top, row, names } = stage.place;
  const place = Math.floor((event.clientY - box.top - top) / row);
  const inside = event.clientX - box.left > names && place >= 0;
  return inside && place < stage.data.words.length ? place : null;
}

/** The weight that a place in the first column stands for. */
function shareAt(stage, event) {
  const { narrow, bars, wide } = parts(stage, stage.place);
  const left = narrow ? stage.place.left(0) : bars.weights;
  const x = event.clientX - stage.board.getBoundingClientRect().left;
  return (x - left) / (wide.weights * stage.place.column);
}

function onWordKey(stage, event) {
  const moves = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 };
  const at = [...stage.words.children].indexOf(event.target);
  if (guessing(stage) && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    event.preventDefault();
    draw(stage, at, stage.guess.bars[at] + 0.05 * moves[event.key]);
  } else if (stage.pulling && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    event.preventDefault();
    const now = stage.pulling.word === at ? stage.pulling.share : row(stage.steps.weights, stage.query)[at];
    pull(stage, at, now + 0.05 * moves[event.key]);
  } else if (stage.pulling && event.key === "Enter") {
    event.preventDefault();
    letGo(stage);
  } else if (event.key in moves) {
    const to = at + moves[event.key];
    if (to < 0 || to >= stage.data.words.length) return;
    event.preventDefault();
    point(stage, { key: to });
    stage.words.children[to].focus();
  } else if (event.key === "s") shake(stage, at);
  else if (event.key === "+" && stage.data.free) {
    event.preventDefault(); // else the field that opens begins with it
    openOwn(stage, at + 1);
  } else if (event.key === "Delete" && stage.data.free) stage.send("removed", [at, 1]);
}

/** Say the pair: its weight, what weight and influence mean, and the other two ways. */
function tellPair(stage) {
  if (guessing(stage) || stage.pulling) return;
  const { data, query, key, steps } = stage;
  const { labels } = data;
  const isolated = (i) => `\u2068${data.words[i]}\u2069`;
  const scores = row(steps.scores, query);
  const weight = row(steps.weights, query)[key];
  const values = { asks: isolated(query), key: isolated(key), weight: percent(weight) };
  const masked = scores[key] === -Infinity;
  const look = masked ? "masked" : query === key ? "itself" : "weight";
  const told = [filled(labels[`said.${look}`], values)];
  const share = data.share.attention?.at[query * data.words.length + key];
  if (share && !stage.byHand) told.push(filled(labels["said.influence"], { ...values, share: percent(share) }));
  for (const name of ["recurrent", "convolutional"]) {
    const path = stepsTo(stage, name);
    const steps = name === "recurrent" ? path - 1 : path; // the first is reading the word itself
    const which = query === key ? "itself" : !path ? "never" : steps === 1 ? "reaches_one" : "reaches";
    told.push(filled(labels[`said.${name}.${which}`], { ...values, steps }));
  }
  stage.said.textContent = told.join(data.language === "zh" ? "" : " ");
}
