"""JupyterLab in a real browser, as `make lab` opens it: what a learner sees, and what a click does."""
