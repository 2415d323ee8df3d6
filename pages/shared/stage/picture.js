// The stage's part on the page: its code comes once, in a part of its own that never changes.
export default function (component) {
  const stages = (globalThis.attentionLabStages ??= { waiting: [] });
  if (stages.draw) stages.draw(component);
  else stages.waiting.push(component);
}
