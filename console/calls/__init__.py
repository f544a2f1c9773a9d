"""Calls of Kestra's REST API that only screens make. Each takes the client and blocks: pass it to `view.ask`."""
