"""The account that all resources of the emulator belong to."""

ACCOUNT = "000000000000"
