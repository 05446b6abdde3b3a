"""Small random models, made by Transformers as it saves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    MixtralConfig,
    MixtralForCausalLM,
    PreTrainedModel,
    Qwen3Config,
    Qwen3ForCausalLM,
)

SMALL = {
    "vocab_size": 320,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
}


@dataclass(frozen=True)
class Source:
    """
    A model to be quantized.

    :param dtype: what its weights are stored in, or None when make has seen to that
    :param shard: the size its files may have, when it is to have several
    :param schemes: the schemes it goes through, or none for all
    :param ignore: what llm-compressor is to ignore beside head and embeddings, because it would stop there
    :param keeps_more: whether ours keeps by default what the tool does not: vision towers, heads that classify tokens
    """

    name: str
    make: Callable[[], PreTrainedModel]
    dtype: torch.dtype | None
    shard: str | None = None
    schemes: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    keeps_more: bool = False

    def write(self, directory: Path) -> None:
        torch.manual_seed(len(self.name) + sum(map(ord, self.name)))
        model = self.make()
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.ndim > 1:
                    parameter.copy_(_weights(parameter.shape))
        if self.dtype:
            _store_as(model, self.dtype)
        model.save_pretrained(directory, max_shard_size=self.shard or "5GB")


def _store_as(model: PreTrainedModel, dtype: torch.dtype) -> None:
    """As published models are: some parameters in 32 bits, the type in the configs of all parts."""
    model.to(dtype)
    for name, values in (*model.named_parameters(), *model.named_buffers()):
        if any(wide in name for wide in model._keep_in_fp32_modules_strict):
            values.data = values.data.float()
    for part in model.config.sub_configs:
        getattr(model.config, part).dtype = dtype


def _weights(shape: torch.Size) -> torch.Tensor:
    """Mostly small, with outliers, and now and then a row or a block of zeros, as real weights have them."""
    values = torch.randn(shape) * 0.02
    values = torch.where(torch.rand(shape) < 0.001, values * 40, values)
    rows = values.reshape(-1, shape[-1])
    rows[1:2] = 0
    rows[2:3, : shape[-1] // 2] = 0
    return rows.reshape(shape)


def _llama(**settings: object) -> Callable[[], PreTrainedModel]:
    return lambda: LlamaForCausalLM(LlamaConfig(**(SMALL | {"hidden_size": 256, "head_dim": 64} | settings)))


def _qwen3(**settings: object) -> Callable[[], PreTrainedModel]:
    return lambda: Qwen3ForCausalLM(Qwen3Config(**(SMALL | {"hidden_size": 256, "head_dim": 128} | settings)))


def _mixtral(**settings: object) -> Callable[[], PreTrainedModel]:
    few = {"hidden_size": 256, "intermediate_size": 384, "num_local_experts": 3, "num_experts_per_tok": 2}
    return lambda: MixtralForCausalLM(MixtralConfig(**(SMALL | few | settings)))


SOURCES = [
    Source("llama-bf16", _llama(intermediate_size=512), torch.bfloat16, shard="1MB"),
    Source("llama-704-columns", _llama(intermediate_size=704), torch.bfloat16),
    Source("llama-odd-rows", _llama(num_key_value_heads=1, intermediate_size=512), torch.bfloat16),
    Source("llama-tied-f16", _llama(intermediate_size=640, tie_word_embeddings=True), torch.float16),
    Source("qwen3-f32", _qwen3(intermediate_size=384, tie_word_embeddings=False), torch.float32, shard="2MB"),
    Source("qwen3-tied-bf16", _qwen3(intermediate_size=896, tie_word_embeddings=True, attention_bias=True), torch.bfloat16),
    Source("mixtral-bf16", _mixtral(), torch.bfloat16, shard="1MB"),
]
