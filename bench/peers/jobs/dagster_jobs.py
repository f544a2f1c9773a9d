"""The jobs as jobs of Dagster, each with a process for every op (its default) and with one for all."""

from dagster import Definitions, In, Nothing, OpExecutionContext, Out, graph, in_process_executor, op


@op(out=Out(Nothing))
def say(context: OpExecutionContext) -> None:
    """Log one line."""
    context.log.info("Hello")


@op(ins={"before": In(Nothing)}, out=Out(Nothing))
def say_after(context: OpExecutionContext) -> None:
    """Log one line after another op."""
    context.log.info("Hello")


@graph
def hello() -> None:
    """Run one op."""
    say()


@graph
def hundred() -> None:
    """Run a hundred ops, one after the other."""
    last = say()
    for number in range(1, 100):
        last = say_after.alias(f"say_{number}")(before=last)


definitions = Definitions(
    jobs=[
        hello.to_job("hello"),
        hundred.to_job("hundred"),
        hello.to_job("hello_in_process", executor_def=in_process_executor),
        hundred.to_job("hundred_in_process", executor_def=in_process_executor),
    ]
)
