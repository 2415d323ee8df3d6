"""What can be taken away from a page besides its charts: a module a page, by the page's name."""
