// Streamlit says these in English only.
const PLACE = '[data-testid="stFileUploader"]';
const FILE = '[data-testid="stFileUploaderFile"]';
const ARRIVAL = 3000; // milliseconds in which a file that was sent is with the server
let watching;
let looking;

export default function ({ data }) {
  const rules = [
    [/^Drag and drop.*/, data.drop],
    [/^(Upload|Browse files)$/, data.button],
    [/^[\d.]+ ?[KMG]B per file.*/, data.size],
    [/^File must be .* or smaller\.?$|status code 413/, data.too_large],
    [/status code 403/, data.forbidden],
    [/^(AxiosError|Network Error|Request failed|Unexpected error).*/, data.failed],
    [/^Only one file is allowed\.?$/, data.one],
  ];
  const translate = () => {
    for (const place of document.querySelectorAll(PLACE)) {
      const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const node = texts.currentNode;
        const rule = rules.find(([said]) => said.test(node.data.trim()));
        if (rule && node.data !== rule[1]) node.data = rule[1];
      }
      for (const button of place.querySelectorAll('[aria-label^="Remove"]')) {
        button.setAttribute("aria-label", data.remove);
      }
    }
  };
  const listed = () => {
    for (const [key, holds] of Object.entries(data.holds)) {
      for (const file of document.querySelectorAll(`.st-key-${key} ${FILE}`)) {
        const failed = file.querySelector('[data-testid="stFileUploaderFileErrorMessage"]');
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
