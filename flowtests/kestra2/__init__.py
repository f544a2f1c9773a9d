"""Flows on Kestra 2.0: what its engine says of them, and copies that it takes.

`engine` asks a real 2.0 engine in a process of its own; `check` joins it for a folder with the rules of
`workbook.kestra2`, and `report` prints the result. `docs/kestra-2.md` has the table of the differences.
"""
