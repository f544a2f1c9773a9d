"""The services of the embedded stack, one package each; none imports another."""
