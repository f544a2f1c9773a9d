"""When a service counts as failed, and how often it is started again."""

from embedded.supervision.health_watch import Patience, Restarts


def _judged(checks: list[tuple[bool, float]], seconds: float = 60.0) -> Patience:
    patience = Patience(seconds)
    for passed, now in checks:
        patience.note(passed, now)
    return patience


def test_checks_that_fail_for_long_enough_exhaust_it() -> None:
    failing = [(False, 1.0 * second) for second in range(61)]
    assert not _judged(failing[:60]).exhausted
    assert _judged(failing).exhausted


def test_one_good_check_starts_the_count_anew() -> None:
    checks = [(False, 1.0 * second) for second in range(59)]
    patience = _judged([*checks, (True, 59.0), *((False, 60.0 + second) for second in range(59))])
    assert patience.alarming
    assert not patience.exhausted


def test_a_pause_of_the_supervisor_is_no_failure_of_the_service() -> None:
    assert not _judged([(False, 0.0), (False, 3600.0)]).exhausted


def test_ten_failed_checks_are_told_and_looked_at_more_often() -> None:
    few, many = (_judged([(False, 1.0 * second) for second in range(count)]) for count in (9, 10))
    assert (few.alarming, many.alarming) == (False, True)
    assert (_judged([]).interval(5.0), few.interval(5.0), few.interval(0.1)) == (5.0, 1.0, 0.1)


def test_as_many_restarts_as_there_are_delays_within_ten_minutes() -> None:
    restarts = Restarts((0.0, 2.0, 10.0))
    assert [restarts.next_delay(now) for now in (0.0, 100.0, 200.0, 300.0)] == [0.0, 2.0, 10.0, None]
    assert restarts.next_delay(650.0) == 10.0  # the first is more than ten minutes ago
    assert restarts.next_delay(660.0) is None
    assert "3 times within ten minutes" in restarts.limit
