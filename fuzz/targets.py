"""What must hold for whatever bytes a server sends, and for whatever text a model writes.

Each target takes any bytes and raises if a promise is broken. The promises: nothing is raised but the layer's own typed
errors; how the bytes were cut on their way changes nothing; time is linear in their number; an edited text is read as
the whole text is. The fuzzer looks for bytes that break one; the test suite runs the same targets on the
seeds, on what becomes of them when they are damaged, and on random bytes.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle

from orch_lsp.document.answer.reading import read_answer, read_draft
from orch_lsp.document.parse import parse
from orch_lsp.errors import ErrorCode
from orch_lsp.markdown.arriving import ArrivingHeadings
from orch_lsp.markdown.change import changed
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Heading
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.anthropic import AnthropicMessages
from orch_lsp.providers.base import ReasoningDelta, TextDelta, UsageReported
from orch_lsp.providers.classify import failure_from_answer, request_id_from
from orch_lsp.providers.decompression import Decompressor
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.framing import NdjsonDecoder
from orch_lsp.providers.gemini import Gemini
from orch_lsp.providers.ollama import Ollama
from orch_lsp.providers.openai_chat import OpenAIChat
from orch_lsp.providers.openai_responses import OpenAIResponses
from orch_lsp.providers.reader import AnswerReader
from orch_lsp.providers.sse import Frame, InvalidEncodingError, SseDecoder
from orch_lsp.providers.wording import MAX_MESSAGE
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.text import Span

FORMATS = (OpenAIChat(), OpenAIResponses(), AnthropicMessages(), Gemini(), Ollama())
SETTINGS = ProviderSettings(name="fuzzed", kind="any", base_url="https://models.example/v1")
HEAD = 5
"""Bytes of an input that are not the body: the format or status, and the sizes of the pieces."""
_AMPLIFIED = 1 << 18
_READ_EXACTLY = 1_500
_WORK = 40
"""Times that a character may be put before the reader; most are once."""
_SECONDS = 5.0
"""CPU time for `_AMPLIFIED` bytes, which take milliseconds: a hundred times that is not linear."""


class BrokenPromiseError(Exception):
    """What must hold does not."""


def _pieces(body: bytes, sizes: bytes) -> Iterator[bytes]:
    position = 0
    for size in cycle(sizes or b"\x01"):
        if position >= len(body):
            return
        yield body[position : position + max(1, size)]
        position += max(1, size)


def _whole(body: bytes) -> Iterator[bytes]:
    # No network read is empty.
    if body:
        yield body


def _agree(whole: object, cut: object) -> None:
    if whole != cut:
        raise BrokenPromiseError(f"The cuts matter.\nwhole: {whole!r}\ncut:   {cut!r}")


def _frames(decoder: SseDecoder | NdjsonDecoder, pieces: Iterator[bytes]) -> tuple[list[Frame], bool]:
    """The frames, and whether the bytes were refused after them."""
    frames: list[Frame] = []
    try:
        for piece in pieces:
            frames.extend(decoder.feed(piece))
        frames.extend(decoder.close())
    except InvalidEncodingError:
        return frames, True
    return frames, False


def sse(data: bytes) -> None:
    """Event streams."""
    body = data[HEAD:]
    _agree(_frames(SseDecoder(), _whole(body)), _frames(SseDecoder(), _pieces(body, data[1:HEAD])))


def ndjson(data: bytes) -> None:
    """JSON lines."""
    body = data[HEAD:]
    _agree(_frames(NdjsonDecoder(), _whole(body)), _frames(NdjsonDecoder(), _pieces(body, data[1:HEAD])))


def _read(selector: int, pieces: Iterator[bytes]) -> tuple[object, ...]:
    """All that a caller has after an answer: as `exchange` reads it, without the network."""
    wire = FORMATS[selector % len(FORMATS)]
    answer = AnswerInProgress(64 if selector & 0x80 else None)
    reader = AnswerReader(
        wire.decoder(SETTINGS), answer, json_lines=wire.json_lines, max_events=1_000, provider="fuzzed"
    )
    failure: Failure | None = None
    events: list[object] = []
    try:
        for piece in pieces:
            reader.feed(piece)
            events += answer.take()
            if reader.is_over:
                break
        reader.close()
    except ExchangeFailedError as error:
        failure = error.failure
    events += answer.take(last=True)
    failure = failure or reader.verdict()
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    reasoning = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    usage = next((event.usage for event in reversed(events) if isinstance(event, UsageReported)), None)
    _check_outcome(answer, text, reasoning, failure)
    return text, reasoning, usage, answer.finish, failure


def _check_outcome(answer: AnswerInProgress, text: str, reasoning: str, failure: Failure | None) -> None:
    if failure is None and (not text.strip() or answer.finish is None or answer.finish.finish_reason != "stop"):
        raise BrokenPromiseError("A success without a text and a reason to stop.")
    for said in (text, reasoning):
        # What comes out can be written to any file.
        said.encode("utf-8")
    if failure is not None:
        _check_failure(failure)


def _check_failure(failure: Failure) -> None:
    error = failure.error()
    if len(error.message) > MAX_MESSAGE or not error.message.strip() or not error.message.isprintable():
        raise BrokenPromiseError(f"A message that cannot be shown: {error.message!r}")
    if error.code not in set(ErrorCode) or not error.remediation:
        raise BrokenPromiseError(f"An error without code or cure: {error.detail!r}")
    if failure.retry_after_s is not None and not 0 <= failure.retry_after_s < 1e9:
        raise BrokenPromiseError(f"A wait that is none: {failure.retry_after_s!r}")


def answer(data: bytes) -> None:
    """Whole answers, in each format."""
    selector, body = data[0] if data else 0, data[HEAD:]
    _agree(_read(selector, _whole(body)), _read(selector, _pieces(body, data[1:HEAD])))


def error_body(data: bytes) -> None:
    """Answers with an error status: body and headers."""
    status = 400 + (data[0] if data else 0) % 200
    name, _, value = data[1:HEAD].partition(b":")
    body, _, header = data[HEAD:].partition(b"\x00")
    said = header.decode("latin-1")
    headers = {"retry-after": said, "x-request-id": said, name.decode("latin-1").lower(): value.decode("latin-1")}
    _check_failure(failure_from_answer(status, headers, body, "fuzzed"))
    identity = request_id_from(headers)
    if identity is not None and not identity.isprintable():
        raise BrokenPromiseError(f"A request id that cannot be shown: {identity!r}")


def encoding(data: bytes) -> None:
    """Compressed bodies."""

    def decoded(pieces: Iterator[bytes]) -> tuple[bytes, object]:
        decompressor = Decompressor("gzip" if data[:1] < b"\x80" else "deflate")
        found = bytearray()
        try:
            for piece in pieces:
                for part in decompressor.feed(piece):
                    found += part
                    if len(found) > _AMPLIFIED:
                        return bytes(found[:_AMPLIFIED]), "capped"
        except zlib.error:
            return b"", "broken"
        return bytes(found), decompressor.ended_early

    body = data[HEAD:]
    _agree(decoded(_whole(body)), decoded(_pieces(body, data[1:HEAD])))


def amplified(data: bytes) -> None:
    """A body that is said again and again, in small pieces: what is quadratic takes forever."""
    selector, body = data[0] if data else 0, data[HEAD:]
    if not body:
        return
    long = body[:512] * (_AMPLIFIED // min(512, len(body)))
    began = time.process_time()
    _read(selector, _pieces(long, b"\x40"))
    _read(selector, _pieces(b'data: {"choices": [{"delta": {"content": "' + long, b"\x40"))
    _check_failure(failure_from_answer(429, {"retry-after": long[:4096].decode("latin-1")}, long, "fuzzed"))
    if time.process_time() - began > _SECONDS:
        raise BrokenPromiseError(f"{len(long)} bytes took {time.process_time() - began:.1f} s.")


def _text(data: bytes) -> str:
    # Line ends as an answer has them: models write no lone CR.
    return data[HEAD:].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _told(headings: Iterable[Heading]) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in headings]


def _in_pieces(text: str, sizes: bytes, arriving: ArrivingHeadings) -> list[tuple[int, str]]:
    told: list[tuple[int, str]] = []
    position = 0
    for size in cycle(sizes or b"\x01"):
        if position >= len(text):
            return told
        told += _told(arriving.feed(text[position : position + max(1, size)]))
        position += max(1, size)
    return told


def headings(data: bytes) -> None:
    """Headings of a text that arrives in pieces, beside those of its whole lines."""
    text = _text(data)[:_READ_EXACTLY]
    lines = text[: text.rfind("\n") + 1]
    _agree(_told(read(lines).headings), _in_pieces(text, data[1:HEAD], ArrivingHeadings()))
    long = text * (_AMPLIFIED // 4 // max(1, len(text)))
    arriving = ArrivingHeadings(("markdown",))
    _in_pieces(long, b"\x40", arriving)
    if arriving.characters_read > _WORK * max(1, len(long)):
        raise BrokenPromiseError(f"{len(long)} characters were read as {arriving.characters_read}.")


def edit(data: bytes) -> None:
    """The tree of a text after an edit, beside that of the whole text."""
    text = _text(data)
    start, end = sorted(number * len(text) // 255 for number in (data[1:3] or b"\x00").ljust(2, b"\x80"))
    tree = changed(read(text[:start] + text[end:]), Span(start, start), text[start:end])
    whole = read(text)
    _agree(whole.starts, tree.starts)
    for one, other in zip(whole.chunks, tree.chunks, strict=True):
        _agree((one.text, one.elements, one.definitions, one.open_block),
               (other.text, other.elements, other.definitions, other.open_block))  # fmt: skip


def draft(data: bytes) -> None:
    """Drafts that are read out of answers: what comes out is whole, closed, and reads back as itself."""
    keys = [section.key for section in PLAIN.sections]
    found = read_answer(_text(data), PLAIN, keys)
    again = read_draft(found.text, PLAIN, [section.key for section in found.sections])
    _agree(found.sections, again.sections)
    document = parse(found.text, PLAIN)
    _agree([section.key for section in found.sections], list(document.profile_sections))
    for section in found.sections:
        if read(section.body).open_block is not None:
            raise BrokenPromiseError(f"A section that leaves something open: {section.body!r}")


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (sse, ndjson, answer, error_body, encoding, amplified, headings, edit, draft)
}
