"""How fast the dashboard is, as ratios to its peers in one run: `python -m tests.benchmarks`.

One module a table in `tables`, each with `rows() -> list[Row]`; its docstring's first line is the
table's title. Nothing here is collected by pytest: seconds are no test.
"""
