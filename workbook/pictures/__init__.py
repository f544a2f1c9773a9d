"""Pictures as vector graphics: a flow's topology, an execution's Gantt, bars of counts, lines and points."""
