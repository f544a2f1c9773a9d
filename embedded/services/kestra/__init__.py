"""The real Kestra engine, its REST API and its task types, in one process."""
