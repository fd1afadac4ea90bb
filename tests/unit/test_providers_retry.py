"""Which failed attempts are followed by another, and when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.retry import delay_s
from orch_lsp.settings.model import Retry

PASSING = Failure(ErrorCode.PROVIDER_UNAVAILABLE, "No.", repeat=True)
TIMEOUT = Failure(ErrorCode.TIMEOUT, "No.", repeat=True, once=True)


def delay(failure, number=1, earlier=(), *, attempts=3, max_wait=60.0, jitter=0.0):
    return delay_s(failure, number, earlier, Retry(attempts, max_wait), lambda: jitter)


def asking(seconds):
    return Failure(ErrorCode.RATE_LIMITED, "No.", repeat=True, retry_after_s=seconds)


def test_a_failure_that_cannot_pass_is_not_repeated():
    assert delay(Failure(ErrorCode.INVALID_AUTH, "No.")) is None


def test_attempts_counts_all_requests():
    assert delay(PASSING, 2, attempts=3) is not None
    assert delay(PASSING, 3, attempts=3) is None
    assert delay(PASSING, 1, attempts=1) is None


def test_the_delay_doubles_up_to_a_limit():
    delays = [delay(PASSING, number, attempts=99, jitter=0.999999) for number in range(1, 8)]
    assert [round(seconds, 2) for seconds in delays] == [0.5, 1, 2, 4, 8, 8, 8]


def test_an_overloaded_provider_is_given_more_time():
    assert delay(Failure(ErrorCode.OVERLOADED, "No.", repeat=True)) > delay(PASSING, jitter=0.99)


def test_a_timeout_is_repeated_once():
    assert delay(TIMEOUT) is not None
    assert delay(TIMEOUT, 2, [ErrorCode.TIMEOUT]) is None
    assert delay(TIMEOUT, 2, [ErrorCode.NETWORK_ERROR]) is not None


def test_the_wait_that_the_provider_asks_for_is_kept():
    assert delay(asking(7.5)) == 7.5
    assert delay(asking(0)) == 0


def test_a_wait_above_the_limit_is_left_to_the_user():
    assert delay(asking(60.1)) is None
    assert delay(asking(60)) == 60


@given(
    asked=st.none() | st.floats(0, 1000),
    number=st.integers(1, 50),
    attempts=st.integers(1, 50),
    max_wait=st.floats(0, 1000),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_no_wait_is_longer_than_allowed_or_shorter_than_asked(asked, number, attempts, max_wait, jitter):
    failure = Failure(ErrorCode.RATE_LIMITED, "No.", repeat=True, retry_after_s=asked)
    seconds = delay(failure, number, attempts=attempts, max_wait=max_wait, jitter=jitter)
    if number >= attempts or (asked is not None and asked > max_wait):
        assert seconds is None
    else:
        assert (asked or 0) <= seconds <= max_wait
