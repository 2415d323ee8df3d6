export default function () {
  const waiting = globalThis.attentionLabStages?.waiting ?? [];
  globalThis.attentionLabStages = { draw: drawStage, waiting: [] };
  waiting.forEach(drawStage);
}
