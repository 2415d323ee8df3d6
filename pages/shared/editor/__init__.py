"""The editor of matrices: its scripts for the browser, and the server's half."""
