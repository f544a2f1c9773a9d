"""Rewrites flows of Kestra 1.3 for 2.0, where their meaning is sure.

`upgrade` rewrites one flow's text by rules (`plugin_defaults`, `loops`, `conditions`, `names`); `for_engine` asks an
engine of 2.0 what it still refuses. `docs/kestra-2.md` has the table of the differences.
"""
