"""The tabs of a namespace: each module has a `TAB`, whose `show` takes the view and the name of the namespace."""
