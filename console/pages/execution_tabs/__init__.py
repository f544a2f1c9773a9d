"""The tabs of an execution: each module has a `TAB`, whose `show` takes the view and a `LiveExecution`."""
