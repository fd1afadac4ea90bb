"""Whether a run's owner is still there, told by real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from orch_lsp.runs.owner import is_gone, this_process
from orch_lsp.runs.record import Owner, timestamp

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


linux = pytest.mark.skipif(sys.platform != "linux", reason="where start times of day move with the clock")


def owner_of(pid: int) -> Owner:
    """Another process, as it would name itself."""
    code = "from orch_lsp.runs.owner import _seen; import sys; print(_seen(int(sys.argv[1])).start_ticks)"
    ticks = None
    if this_process().start_ticks is not None:
        ticks = int(subprocess.check_output([sys.executable, "-c", code, str(pid)]))
    return replace(this_process(), pid=pid, started=psutil.Process(pid).create_time(), start_ticks=ticks)


def test_this_process_is_there():
    assert not is_gone(this_process(), None, 0)
    assert this_process().pid == os.getpid()


def test_another_live_process_is_there_until_it_ends():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        owner = owner_of(child.pid)
        assert not is_gone(owner, None, 0)
        child.kill()
        child.wait()
        assert is_gone(owner, timestamp(), 1_000)


@pytest.mark.skipif(os.name != "posix", reason="zombies exist on POSIX systems")
def test_a_killed_process_that_nobody_waited_for_is_gone():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    owner = owner_of(child.pid)
    child.kill()
    assert child.stdout is not None
    child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
        assert is_gone(owner, None, 0)
    finally:
        child.communicate()


def of_an_older_version(owner: Owner) -> Owner:
    return replace(owner, boot_id=None, start_ticks=None)


@linux
@pytest.mark.parametrize("step", [-3_600.0, -3.0, 3.0, 86_400.0])
def test_a_step_of_the_clock_does_not_make_a_live_process_another(step):
    # As a process sees itself that started before the step: its start time of day is another one now.
    assert not is_gone(replace(this_process(), started=this_process().started + step), None, 0)


@linux
def test_a_pid_that_was_given_to_another_process_does_not_keep_a_run_alive():
    ours = this_process()
    assert ours.start_ticks is not None
    assert is_gone(replace(ours, start_ticks=ours.start_ticks - 1), timestamp(), 1_000)
    assert is_gone(replace(ours, boot_id="another-boot"), timestamp(), 1_000)


def test_an_owner_that_an_older_version_recorded_is_told_by_its_start_time():
    ours = of_an_older_version(this_process())
    assert not is_gone(ours, None, 0)
    assert is_gone(replace(ours, started=ours.started - 3_600), timestamp(), 1_000)


@pytest.mark.parametrize("pid", [0, -1, 2**40, 2**70])
def test_an_impossible_pid_is_gone(pid):
    assert is_gone(replace(this_process(), pid=pid), None, 0)
    assert is_gone(of_an_older_version(replace(this_process(), pid=pid)), None, 0)


def test_an_owner_on_another_host_is_gone_when_its_lease_expired():
    owner = replace(this_process(), host="elsewhere.invalid")
    assert not is_gone(owner, timestamp(NOW - timedelta(seconds=119)), 120, NOW)
    assert is_gone(owner, timestamp(NOW - timedelta(seconds=121)), 120, NOW)


def test_a_container_that_shares_the_host_name_is_another_host():
    owner = replace(this_process(), pid_namespace="pid:[1]", pid=2**30)
    assert not is_gone(owner, timestamp(NOW), 120, NOW)
    assert is_gone(owner, timestamp(NOW - timedelta(hours=1)), 120, NOW)


@pytest.mark.parametrize("heartbeat_at", [None, "", "yesterday"])
def test_an_owner_elsewhere_without_a_sign_of_life_is_gone(heartbeat_at):
    assert is_gone(replace(this_process(), host="elsewhere.invalid"), heartbeat_at, 120, NOW)
