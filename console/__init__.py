"""The workbook's console: Kestra's screens for a server that has none.

It speaks to Kestra by its REST API alone, so that it works with the embedded stack and with the official server.
`python -m console` serves it; `console.pages` says how to add a page.
"""
