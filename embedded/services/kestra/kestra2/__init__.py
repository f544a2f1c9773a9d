"""Kestra 2.0 beside the stack's 1.3: what differs, and an engine that validates flows and runs them.

Everything that depends on the version is here: its artifacts (`engine.pom.xml`, `engine.lock`), its Java runtime
(`java.lock`), its configuration (`application.yml`), the task types that it can have (`task_types`), and how it is
started and asked (`engine`). `python -m embedded.services.kestra.kestra2` is a process with such an engine, which
answers questions on its standard input (`server`). It fetches what it needs at its first start.
"""
