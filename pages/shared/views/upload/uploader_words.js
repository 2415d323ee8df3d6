// Streamlit says these in English only, and why a file did not arrive only to who hovers.
const PLACE = '[data-testid="stFileUploader"]';
const FILE = '[data-testid="stFileChip"]';
const HINT = '[data-testid="stTooltipErrorContent"]';
const ARRIVAL = 3000; // milliseconds in which a file that was sent is with the server
let watching;
let looking;

export default function ({ data, parentElement }) {
  const reasons = [
    [/^File must be .* or smaller\.?$/, data.too_large],
    [/status code 413/, data.turned_back],
    [/status code 403/, data.forbidden],
    [/^(AxiosError|Network Error|Request failed|Unexpected error|Upload failed).*/, data.failed],
    [/^Only one file is allowed\.?$/, data.one],
  ];
  const rules = [
    [/^Drag and drop.*/, data.drop],
    [/^(Upload|Browse files|add icon)$/, data.button],
    [/^[\d.]+ ?[KMG]B per file.*/, data.size],
    [/^Error:$/, ""],
    ...reasons,
  ];
  const names = [
    [/^(Remove|Cancel upload of) /, data.remove],
    [/^Add files$/, data.button],
    [/^file upload$/, data.drop],
  ];
  const reason = parentElement.querySelector(".reason");
  const change = (rules, said, put) => {
    const rule = rules.find(([english]) => english.test(said.trim()));
    if (rule && said !== rule[1]) put(rule[1]);
  };
  const translate = () => {
    for (const place of document.querySelectorAll(`${PLACE}, ${HINT}`)) {
      const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const node = texts.currentNode;
        change(rules, node.data, (text) => (node.data = text));
      }
      for (const it of place.querySelectorAll("[aria-label]")) {
        change(names, it.ariaLabel, (text) => (it.ariaLabel = text));
      }
    }
    const told = document.querySelector(`${PLACE} ${FILE} [role="alert"]`)?.textContent ?? "";
    if (reason.textContent !== told) reason.textContent = told;
  };
  const listed = () => {
    for (const [key, holds] of Object.entries(data.holds)) {
      for (const file of document.querySelectorAll(`.st-key-${key} ${FILE}`)) {
        const failed = file.querySelector('[role="alert"]');
        file.style.display = holds || failed ? "" : "none";
      }
    }
  };
  clearTimeout(looking);
  looking = setTimeout(listed, Object.values(data.holds).every(Boolean) ? 0 : ARRIVAL);
  watching?.disconnect();
  watching = new MutationObserver(translate);
  watching.observe(document.body, { childList: true, subtree: true, characterData: true });
  translate();
  return () => watching.disconnect();
}
