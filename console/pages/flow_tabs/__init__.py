"""The tabs of a flow: each module has a `TAB`, whose `show` takes the view and the `Flow`."""
