"""Flows on Kestra 2.0: what its engine says of them, and copies that it takes.

Everything in `flowtests` that knows the differences between 1.3 and 2.0 is here. `upgrade` rewrites one flow by rules
(`plugin_defaults`, `loops`, `conditions`, `names`); `engine` asks a real 2.0 engine in a process of its own; `check`
joins both for a folder, and `report` prints the result. `docs/kestra-2.md` has the table of the differences.
"""
