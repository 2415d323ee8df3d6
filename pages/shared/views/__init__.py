"""Parts of pages: each takes a choice and a trace, and draws one idea."""
