"""The command line of the embedded stack."""
