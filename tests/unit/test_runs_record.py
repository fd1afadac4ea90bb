"""Run ids and times."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.runs.record import new_run_id, timestamp


def test_a_run_id_is_a_version_7_uuid_of_the_present():
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    identifier = uuid.UUID(new_run_id())
    assert identifier.version == 7
    assert identifier.variant == uuid.RFC_4122
    made = datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
    assert before <= made <= datetime.now(UTC) + timedelta(seconds=1)


def test_run_ids_sort_in_the_order_in_which_they_were_made():
    identifiers = [new_run_id() for _ in range(5_000)]
    assert identifiers == sorted(identifiers)
    assert len(set(identifiers)) == len(identifiers)
    assert {uuid.UUID(identifier).version for identifier in identifiers} == {7}


def test_threads_never_get_the_same_run_id():
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(lambda _: [new_run_id() for _ in range(500)], range(4)))
    identifiers = [identifier for batch in batches for identifier in batch]
    assert len(set(identifiers)) == 2_000


def test_a_timestamp_is_utc_with_milliseconds_and_z():
    moment = datetime(2026, 3, 1, 13, 4, 5, 67_999, timezone(timedelta(hours=2)))
    assert timestamp(moment) == "2026-03-01T11:04:05.067Z"
    assert timestamp(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01T00:00:00.000Z"


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2))
def test_timestamps_sort_as_their_times_do(moments):
    first, second = sorted(moments)
    assert timestamp(first) <= timestamp(second)
