"""Index files that were made to take more memory or time than they have bytes for."""

import struct
import tracemalloc

import pytest

from orch_lsp.git.index import FILE, entries, is_split, read_index, tracked_files, tracks_below


def header(count: int, version: int = 2) -> bytes:
    return b"DIRC" + struct.pack(">II", version, count)


def fixed(length: int, mode: int = FILE | 0o644) -> bytes:
    return struct.pack(">10I", 0, 0, 0, 0, 0, 0, mode, 0, 0, 0) + bytes(20) + struct.pack(">H", min(length, 0xFFF))


def entry(path: bytes, mode: int = FILE | 0o644) -> bytes:
    content = fixed(len(path), mode) + path
    return content + bytes(8 - len(content) % 8)


def growing(count: int, step: int) -> bytes:
    """Version 4: each path is the one before it and some more."""
    parts = [fixed(step * number) + b"\0" + b"a" * step + b"\0" for number in range(1, count + 1)]
    return header(count, 4) + b"".join(parts)


def peak(call) -> int:
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "content",
    [
        growing(3000, 1000),
        growing(100_000, 4),
        header(1) + entry(b"a/" * 40_000 + b"a"),
        header(2) + entry(b"a/" * 2000 + b"a") + entry(b"b/" * 2000 + b"b"),
        header(1) + fixed(0xFFF) + b"a" * 5_000_000,
        header(2**32 - 1) + entry(b"a"),
        header(1, 4) + fixed(3) + b"\xff" * 100_000,
        header(3000, 4) + b"".join(fixed(4096) + b"\0" + (b"a" * 4096 if n == 0 else b"") + b"\0" for n in range(3000)),
    ],
)
def test_the_memory_for_an_index_is_in_proportion_to_its_size(tmp_path, content):
    (tmp_path / "index").write_bytes(content)
    used = peak(lambda: (tracked_files(tmp_path), tracks_below(tmp_path, ".orch/local")))
    assert used < 3 * len(content) + 32 * 1024 * 1024


def test_deep_folders_are_asked_for_without_a_list_of_them(tmp_path):
    deep = [b"%d/" % number + b"a/" * 1500 + b"a" for number in range(300)]
    content = header(len(deep)) + b"".join(map(entry, sorted(deep)))
    (tmp_path / "index").write_bytes(content)
    assert peak(lambda: tracked_files(tmp_path)) < 4 * len(content)
    tracked = tracked_files(tmp_path)
    assert tracked.holds_below("7/a/a")
    assert not tracked.holds_below("7/a/b")
    assert "7/a/a" not in tracked


@pytest.mark.parametrize("path", [b"/etc/passwd", b"../x", b"a/../../x", b".."])
def test_a_path_that_leads_out_makes_the_index_unreadable(tmp_path, path):
    (tmp_path / "index").write_bytes(header(1) + entry(path))
    data = read_index(tmp_path)
    assert data is not None
    with pytest.raises(ValueError, match="leads out"):
        list(entries(data, 20))
    assert not tracked_files(tmp_path).holds_below("etc")


def test_what_is_tracked_below_a_folder_is_found_as_a_file_a_link_and_a_whole_folder(tmp_path):
    for path, mode, held in (
        (b".orch/local/runs.db", FILE | 0o644, True),
        (b".orch/local", 0o120000, True),
        (b".orch/", 0o040000, True),
        (b".orch/local/", 0o040000, True),
        (b".orch/locally/x", FILE | 0o644, False),
        (b".orch/config.toml", FILE | 0o644, False),
    ):
        (tmp_path / "index").write_bytes(header(1) + entry(path, mode))
        assert tracks_below(tmp_path, ".orch/local") is held, path


def test_a_split_index_is_known_as_one(tmp_path):
    whole = header(1) + entry(b"a")
    assert is_split(whole + b"link" + struct.pack(">I", 20) + bytes(20) + bytes(20), 20)
    assert is_split(whole + b"TREE" + struct.pack(">I", 2) + b"xx" + b"link" + struct.pack(">I", 0) + bytes(20), 20)
    assert not is_split(whole + b"TREE" + struct.pack(">I", 2**32 - 1) + b"link" + bytes(24), 20)
    assert not is_split(whole + bytes(20), 20)
