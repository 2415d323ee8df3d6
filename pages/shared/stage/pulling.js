// Editing backwards: a bar is pulled to a weight, and the server finds the matrix that gives it.

function togglePulling(stage) {
  stage.pulling = stage.pulling ? null : { word: null, share: 0 };
  endPrediction(stage);
  refresh(stage);
  if (!stage.pulling) return tellPair(stage);
  stage.said.textContent = filled(stage.data.labels["pull.how"], { asks: stage.data.words[stage.query] });
}

function pull(stage, word, share) {
  stage.pulling = { word, share: Math.max(0, Math.min(1, share)) };
  drawBoard(stage);
}

/** Let the server look for the change. */
function letGo(stage) {
  const { word, share } = stage.pulling ?? {};
  if (word === null || word === undefined) return;
  stage.key = word;
  stage.send("pulled", [stage.query, word, Number(share.toFixed(3))]);
}
