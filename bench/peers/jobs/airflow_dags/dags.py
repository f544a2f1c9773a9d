"""The jobs as Dags of Airflow, in a folder of their own, as Airflow reads whole folders."""

from airflow.sdk import chain, dag, task


@task
def say() -> None:
    """Log one line, as what a task prints is logged."""
    print("Hello")


@dag(schedule=None)
def hello() -> None:
    """Run one task."""
    say()


@dag(schedule=None)
def hundred() -> None:
    """Run a hundred tasks, one after the other."""
    chain(*(say.override(task_id=f"say_{number}")() for number in range(100)))


hello()
hundred()
