"""The stage: one living picture of a sentence, in the browser and on the server."""
