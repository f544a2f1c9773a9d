"""The account that owns all resources of the emulator."""

ACCOUNT = "000000000000"
