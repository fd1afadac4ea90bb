"""A language model of two megabytes that says one text and nothing else, written as a GGUF file without any library.

    python tests/real_servers/tiny_model.py FILE

Embeddings are the unit vectors, attention and feed-forward are zero, and the output layer holds a chain: the line feed
at the end of the chat template is followed by the first piece of `TEXT`, each piece by the next, and the last by the
end of the answer. The margin is so wide that no sampling temperature changes a word. Format: GGUF, version 3, of the
architecture `llama` with a SentencePiece vocabulary of bytes, printable ASCII and the pieces.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

TEXT = """## Goal

Limit the requests of each client, politely and in one place.

## Tasks

- [ ] Count what each client asks for.
- [ ] Answer with 429 and a time to come back.
"""
CONTEXT_TOKENS = 2048

_TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
_SPACE = "\u2581"
_START, _END, _LINE_FEED = 1, 2, 3 + 0x0A
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
_ALIGNMENT = 32
_HEAD = 64
_MARGIN = 4.0

_U32, _F32, _STRING, _ARRAY, _I32, _BOOL = 4, 6, 8, 9, 5, 7


def pieces() -> list[str]:
    """`TEXT` cut before its words, no two pieces alike: a repeated one takes the next word with it."""
    found: list[str] = []
    held = ""
    for word in _words(TEXT):
        held += word
        if held not in found and len(held.strip()) > 1:
            found.append(held)
            held = ""
    if held:
        found[-1] += held
    return found


def output_tokens() -> int:
    """How many tokens a whole answer costs: the pieces, and the one that ends it."""
    return len(pieces()) + 1


def _words(text: str) -> Iterator[str]:
    start = 0
    for place in range(1, len(text)):
        if text[place] == " ":
            yield text[start:place]
            start = place
    yield text[start:]


class _Vocabulary:
    def __init__(self) -> None:
        self.tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
        self.kinds = [_UNKNOWN, _CONTROL, _CONTROL, *([_BYTE] * 256)]
        for character in (_SPACE, *(chr(code) for code in range(33, 127))):
            self.add(character)

    def add(self, token: str) -> int:
        self.tokens.append(token)
        self.kinds.append(_NORMAL)
        return len(self.tokens) - 1


def _string(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _metadata(name: str, kind: int, value: bytes) -> bytes:
    return _string(name) + struct.pack("<I", kind) + value


def _integers(values: Mapping[str, int]) -> list[bytes]:
    return [_metadata(name, _U32, struct.pack("<I", value)) for name, value in values.items()]


def _list(name: str, kind: int, items: Sequence[bytes]) -> bytes:
    return _metadata(name, _ARRAY, struct.pack("<IQ", kind, len(items)) + b"".join(items))


def _described(vocabulary: _Vocabulary, width: int) -> list[bytes]:
    return [
        _metadata("general.architecture", _STRING, _string("llama")),
        _metadata("general.name", _STRING, _string("one-text")),
        _metadata("tokenizer.ggml.model", _STRING, _string("llama")),
        _metadata("tokenizer.ggml.pre", _STRING, _string("default")),
        _metadata("tokenizer.chat_template", _STRING, _string(_TEMPLATE)),
        _metadata("tokenizer.ggml.add_space_prefix", _BOOL, b"\x00"),
        _metadata("llama.attention.layer_norm_rms_epsilon", _F32, struct.pack("<f", 1e-5)),
        *_integers(
            {
                "llama.context_length": CONTEXT_TOKENS,
                "llama.embedding_length": width,
                "llama.block_count": 1,
                "llama.feed_forward_length": _HEAD,
                "llama.attention.head_count": width // _HEAD,
                "llama.attention.head_count_kv": width // _HEAD,
                "llama.rope.dimension_count": _HEAD,
                "llama.vocab_size": len(vocabulary.tokens),
                "tokenizer.ggml.bos_token_id": _START,
                "tokenizer.ggml.eos_token_id": _END,
                "tokenizer.ggml.unknown_token_id": 0,
            }
        ),
        _list("tokenizer.ggml.tokens", _STRING, [_string(token) for token in vocabulary.tokens]),
        _list("tokenizer.ggml.scores", _F32, [struct.pack("<f", -float(n)) for n in range(len(vocabulary.tokens))]),
        _list("tokenizer.ggml.token_type", _I32, [struct.pack("<i", kind) for kind in vocabulary.kinds]),
    ]


def _zeros(*shape: int) -> tuple[tuple[int, ...], array[float]]:
    size = 1
    for length in shape:
        size *= length
    return shape, array("f", bytes(4 * size))


def _ones(length: int) -> tuple[tuple[int, ...], array[float]]:
    return (length,), array("f", [1.0]) * length


def _tensors(chain: Sequence[int], words: int, width: int) -> dict[str, tuple[tuple[int, ...], array[float]]]:
    embeddings, output = _zeros(width, words), _zeros(width, words)
    for token in range(words):
        embeddings[1][token * width + token] = 1.0
    previous = _LINE_FEED
    for token in (*chain, _END):
        output[1][token * width + previous] = _MARGIN
        previous = token
    return {
        "token_embd.weight": embeddings,
        "output_norm.weight": _ones(width),
        "output.weight": output,
        "blk.0.attn_norm.weight": _ones(width),
        "blk.0.ffn_norm.weight": _ones(width),
        **{f"blk.0.attn_{name}.weight": _zeros(width, width) for name in ("q", "k", "v", "output")},
        "blk.0.ffn_gate.weight": _zeros(width, _HEAD),
        "blk.0.ffn_up.weight": _zeros(width, _HEAD),
        "blk.0.ffn_down.weight": _zeros(_HEAD, width),
    }


def write(path: Path) -> None:
    """Write the model."""
    vocabulary = _Vocabulary()
    chain = [vocabulary.add(piece.replace(" ", _SPACE)) for piece in pieces()]
    width = -(-len(vocabulary.tokens) // _HEAD) * _HEAD
    described = _described(vocabulary, width)
    tensors = _tensors(chain, len(vocabulary.tokens), width)
    head, body = bytearray(), bytearray()
    for name, (shape, values) in tensors.items():
        head += _string(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", length) for length in shape)
        head += struct.pack("<IQ", 0, len(body))
        body += values.tobytes()
        body += bytes(-len(body) % _ALIGNMENT)
    start = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(described)) + b"".join(described) + bytes(head)
    path.write_bytes(start + bytes(-len(start) % _ALIGNMENT) + bytes(body))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
