"""PostgreSQL 18 from the binaries of a wheel, on the loopback address only."""
