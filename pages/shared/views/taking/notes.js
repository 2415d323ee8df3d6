// The tab's own notes outlive the server; a session that does not know them is told them once.
const NOTES = "attention-lab";
const SETTLED = 100; // milliseconds until widgets show what they are told, else they tell the old

function keepNotes(notes, tell) {
  if (!notes) return;
  try {
    const keep = (it) => sessionStorage.setItem(NOTES, JSON.stringify(it));
    const own = JSON.parse(sessionStorage.getItem(NOTES)) ?? { digest: "" };
    if (own.text && own.session !== notes.session) {
      keep({ ...own, session: notes.session });
      setTimeout(() => tell("held", own.text), SETTLED);
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

