"""One module a table: `rows() -> list[Row]`."""
