"""Model directories in Transformers, on the CPU."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
import transformers

# Transformers decodes these to BF16 whatever type is asked for, and cannot multiply that with float32 activations.
_BF16_FORMATS = ("nvfp4", "mxfp")


@dataclass(frozen=True)
class Answer:
    """What a runtime computed: log-probabilities [window, token, vocabulary], and how many modules came quantized."""

    log_probabilities: torch.Tensor
    quantized_modules: int


def vocabulary_ids(model: Path, text: str) -> list[int]:
    return transformers.AutoTokenizer.from_pretrained(model).encode(text, add_special_tokens=False)


def answer(model: Path, windows: torch.Tensor) -> Answer:
    """Loads a model as its users do, and asks it about every token. Refuses one that did not load whole."""
    loaded, information = transformers.AutoModelForCausalLM.from_pretrained(
        model, dtype=_dtype(model), device_map="cpu", output_loading_info=True
    )
    wrong = {kind: sorted(map(str, names))[:4] for kind, names in information.items() if names}
    if wrong:
        raise ValueError(f"weights do not fit the model: {wrong}")
    quantized = sum(map(_is_quantized, loaded.modules()))
    loaded.eval()
    with torch.no_grad():
        logits = torch.cat([loaded(input_ids=some).logits.float() for some in windows.split(4)])
    return Answer(torch.log_softmax(logits, -1), quantized)


def _dtype(model: Path) -> torch.dtype:
    config = json.loads((model / "config.json").read_text()).get("quantization_config", {})
    return torch.bfloat16 if str(config.get("format", "")).startswith(_BF16_FORMATS) else torch.float32


def _is_quantized(module: torch.nn.Module) -> bool:
    """Whether the module holds codes instead of weights."""
    names = ("weight", "weight_packed", "qweight")
    held = [getattr(module, name, None) for name in names]
    return any(isinstance(tensor, torch.Tensor) and tensor.dtype.itemsize < 2 for tensor in held) or any(
        isinstance(tensor, torch.Tensor) and tensor.dtype == torch.int32 for tensor in held
    )
