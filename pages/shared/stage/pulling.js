// Editing backwards: a bar is pulled to a weight, and the server finds the matrix that gives it.

const PULLED = ["w_q", "w_k"];

function togglePulling(stage) {
  stage.pulling = stage.pulling ? null : { word: null, share: 0 };
  endPrediction(stage);
  refresh(stage);
  if (stage.pulling) tellPulling(stage);
  else tellPair(stage);
}

/** Let the other matrix change. */
function pullOther(stage) {
  stage.pulled = PULLED.find((it) => it !== stage.pulled);
  drawTools(stage);
  tellPulling(stage);
}

function tellPulling(stage) {
  const { data, pulled, query } = stage;
  const values = { asks: data.words[query], matrix: data.names.tables[pulled] };
  stage.said.textContent = filled(data.labels["pull.how"], values);
}

function pull(stage, word, share) {
  Object.assign(stage.pulling, { word, share: Math.max(0, Math.min(1, share)) });
  drawBoard(stage);
}

/** Let the server look for the change. */
function letGo(stage) {
  const { word, share } = stage.pulling ?? {};
  if (word === null || word === undefined) return;
  stage.key = word;
  stage.send("pulled", [stage.query, word, Number(share.toFixed(3)), stage.pulled]);
}
