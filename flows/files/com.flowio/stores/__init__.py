"""The four stores: how a script connects to each. A task imports only those whose client it has installed."""
