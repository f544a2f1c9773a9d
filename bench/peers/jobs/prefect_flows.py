"""The jobs as flows of Prefect, and the runner that serves them."""

from prefect import flow, get_run_logger, serve, task


@task
def say() -> None:
    """Log one line."""
    get_run_logger().info("Hello")


@flow
def hello() -> None:
    """Run one task."""
    say()


@flow
def hundred() -> None:
    """Run a hundred tasks, one after the other."""
    for _ in range(100):
        say()


if __name__ == "__main__":
    # Without a limit, a hundred runs are a hundred processes at once.
    serve(hello.to_deployment("bench"), hundred.to_deployment("bench"), limit=4)
