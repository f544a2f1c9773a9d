"""The Docker-free stack: the real Kestra engine and real stores as processes of this machine."""
