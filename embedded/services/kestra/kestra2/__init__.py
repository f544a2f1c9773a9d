"""Kestra 2.0 in place of 1.3, or beside it.

Everything that depends on the version is here: its artifacts (`engine.pom.xml`, `engine.lock`), its Java runtime
(`java.lock`), its configuration (`application.yml`), the task types that it can have (`task_types`), how it is started
(`engine`) and commanded (`commands`), and what its REST API has otherwise (`api`). `server` is its process in a stack.
`python -m embedded.services.kestra.kestra2` is a process that validates and runs flows for a check (`trials`), and
answers questions on its standard input. Either fetches what it needs at its first start.
"""
