// The tab's own notes outlive the server; a session that does not know them is told them once.
const NOTES = "attention-lab";
const SOON = 50; // milliseconds

function keepNotes(notes, tell) {
  if (!notes) return;
  try {
    const keep = (it) => sessionStorage.setItem(NOTES, JSON.stringify(it));
    const own = JSON.parse(sessionStorage.getItem(NOTES)) ?? { digest: "" };
    if (own.text && own.session !== notes.session) {
      keep({ ...own, session: notes.session });
      whenSettled(() => tell("held", own.text));
    } else if (notes.text) {
      keep(notes);
    } else if (notes.text === "") {
      sessionStorage.removeItem(NOTES);
    } else if (own.digest !== notes.digest) {
      keep(own); // else it would be missing again
      tell("missing", true);
    }
  } catch {
    // a browser that keeps nothing
  }
}

// Before a run is over and drawn, widgets would tell what they held before it.
function whenSettled(act) {
  const settled = document.querySelector('[data-test-script-state="notRunning"]');
  setTimeout(settled ? act : () => whenSettled(act), SOON);
}

