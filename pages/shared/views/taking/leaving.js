// A click on a link ends what was being typed, and shuts what was open. Streamlit tells that only
// after it has followed the link, and so comes back to the page that was left: the link waits.
const LINK = 'a[data-testid$="NavLink"], a[data-testid="stTopNavDropdownLink"]';
const MENU = '[data-testid^="stTopNav"]'; // on the way to its links, what was typed is not told yet
const OPEN = '[data-testid="stPopoverBody"]';
const SETTLED = '[data-test-script-state="notRunning"]';
const CELL = "#portal *";
const PAUSE = 100; // milliseconds
const FEW = 2; // pauses
const SEVERAL = 6; // a table tells later, and once more when its edit has been taken
const MOST = 30;
let typing = 0; // pauses in which nothing may happen any more
let waiting;

function begin({ target }) {
  const field = document.activeElement;
  const before = target.closest?.(MENU) ? typing : 0;
  const now = field?.matches(CELL) ? SEVERAL : field?.matches(":read-write") ? FEW : 0;
  typing = Math.max(before, now);
}

function leave(event) {
  const link = event.target.closest?.(LINK);
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey; // in another tab
  if (!link || !event.isTrusted || elsewhere) return;
  clearTimeout(waiting);
  const quiet = typing || (document.querySelector(OPEN) ? FEW : 0);
  typing = 0;
  if (!quiet) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!link.closest(MENU)) document.body.click(); // shuts what is open
  whenQuiet(quiet, () => link.dispatchEvent(new MouseEvent("click", event)));
}

function whenQuiet(needed, act, quiet = 0, most = MOST) {
  if (quiet === needed || !most) return act();
  const settled = () => (document.querySelector(SETTLED) ? quiet + 1 : 0);
  waiting = setTimeout(() => whenQuiet(needed, act, settled(), most - 1), PAUSE);
}

addEventListener("pointerdown", begin, true);
addEventListener("click", leave, true);
