"""JupyterLab as this project opens it: its configuration, its terminal, its start and its end."""
