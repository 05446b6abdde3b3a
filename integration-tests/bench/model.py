"""A made-up Llama of any size, in shards as the Hub has them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_HEADER_ALIGNMENT = 8


@dataclass(frozen=True)
class Size:
    """How large a model is: some dimensions, and how many shards its weights are in."""

    layers: int
    hidden: int
    intermediate: int
    key_values: int
    vocabulary: int
    shards: int

    def config(self) -> dict[str, object]:
        return {
            "architectures": ["LlamaForCausalLM"],
            "hidden_size": self.hidden,
            "intermediate_size": self.intermediate,
            "model_type": "llama",
            "num_attention_heads": self.hidden // 128,
            "num_hidden_layers": self.layers,
            "num_key_value_heads": self.key_values // 128,
            "tie_word_embeddings": True,
            "torch_dtype": "bfloat16",
            "vocab_size": self.vocabulary,
        }

    def tensors(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield "model.embed_tokens.weight", (self.vocabulary, self.hidden)
        for layer in range(self.layers):
            prefix = f"model.layers.{layer}."
            yield prefix + "input_layernorm.weight", (self.hidden,)
            for name in ("gate_proj", "up_proj"):
                yield f"{prefix}mlp.{name}.weight", (self.intermediate, self.hidden)
            yield prefix + "mlp.down_proj.weight", (self.hidden, self.intermediate)
            yield prefix + "post_attention_layernorm.weight", (self.hidden,)
            for name in ("k_proj", "v_proj"):
                yield f"{prefix}self_attn.{name}.weight", (self.key_values, self.hidden)
            for name in ("q_proj", "o_proj"):
                yield f"{prefix}self_attn.{name}.weight", (self.hidden, self.hidden)
        yield "model.norm.weight", (self.hidden,)


SIZES = {
    # A few seconds: to see that everything works.
    "small": Size(layers=2, hidden=1024, intermediate=2816, key_values=256, vocabulary=4096, shards=2),
    # 3.6 GB, eight layers as Llama 3 8B has them.
    "full": Size(layers=8, hidden=4096, intermediate=14336, key_values=1024, vocabulary=16384, shards=4),
    # Ten times as much.
    "large": Size(layers=82, hidden=4096, intermediate=14336, key_values=1024, vocabulary=16384, shards=40),
}

# One matrix of 4 GiB.
ONE_TENSOR = (16384, 131072)


def _shards(size: Size) -> list[list[tuple[str, tuple[int, ...]]]]:
    tensors = list(size.tensors())
    share = sum(_bytes(shape) for _, shape in tensors) / size.shards
    shards: list[list[tuple[str, tuple[int, ...]]]] = [[]]
    done = 0
    for name, shape in tensors:
        if done > share * len(shards):
            shards.append([])
        shards[-1].append((name, shape))
        done += _bytes(shape)
    return shards


def _bytes(shape: tuple[int, ...]) -> int:
    return 2 * int(np.prod(shape, dtype=np.int64))


def _header(tensors: list[tuple[str, tuple[int, ...]]]) -> bytes:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, shape in tensors:
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [at, at + _bytes(shape)]}
        at += _bytes(shape)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _HEADER_ALIGNMENT)
    return len(text).to_bytes(8, "little") + text


class _Weights:
    """Normally distributed BF16 values. Tensors are windows onto one stretch of them, which is fast and no less random."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        values = self._random.standard_normal(1 << 24, dtype=np.float32) * np.float32(0.02)
        self._stretch = (values.view(np.uint32) >> 16).astype(np.uint16)

    def write(self, out, count: int) -> None:
        while count > 0:
            begin = int(self._random.integers(0, self._stretch.size // 2))
            window = self._stretch[begin : begin + min(count, self._stretch.size // 2)]
            out.write(window.data)
            count -= window.size


def write_model(directory: Path, size: Size, sparse: bool = False) -> int:
    """Writes a model directory and returns its bytes of weights. A sparse one is all zeros and takes no room."""
    directory.mkdir(parents=True)
    weights = None if sparse else _Weights(seed=5)
    shards = _shards(size)
    weight_map: dict[str, str] = {}
    for number, tensors in enumerate(shards, 1):
        name = f"model-{number:05}-of-{len(shards):05}.safetensors"
        weight_map.update({tensor: name for tensor, _ in tensors})
        _write_file(directory / name, tensors, weights)
    total = sum(_bytes(shape) for _, shape in size.tensors())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (directory / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
    (directory / "config.json").write_text(json.dumps(size.config(), indent=2) + "\n")
    return total


def write_one_tensor(directory: Path) -> int:
    """A model of one huge sparse matrix."""
    directory.mkdir(parents=True)
    _write_file(directory / "model.safetensors", [("model.layers.0.mlp.down_proj.weight", ONE_TENSOR)], None)
    (directory / "config.json").write_text(json.dumps({"model_type": "llama"}) + "\n")
    return _bytes(ONE_TENSOR)


def _write_file(path: Path, tensors: list[tuple[str, tuple[int, ...]]], weights: _Weights | None) -> None:
    with open(path, "wb") as out:
        out.write(_header(tensors))
        if weights is None:
            out.truncate(out.tell() + sum(_bytes(shape) for _, shape in tensors))
            return
        for _, shape in tensors:
            weights.write(out, int(np.prod(shape, dtype=np.int64)))
        out.flush()
        # Otherwise writing it back disturbs what is measured next.
        os.fsync(out.fileno())
