"""load.py WORK PYSPARK [SOURCE...]: what `run --load` does once its environments are there.

Each small model goes through our job with its defaults, as one would call it. Transformers must then find every weight of the
model in the output, nothing else, and each near what it was.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import bitsandbytes
import compare
import torch
import transformers
from families import FAMILIES
from models import SOURCES

SCHEMES = ("FP8_DYNAMIC", "nf4", "llm_int8")
NEAR = 0.95
# What this version of Transformers loads otherwise, from the tool's output as from ours.
_STOPS = "Transformers stops at weights that are codes when it initializes this family"
_APART = "Transformers has the experts of a layer in one tensor"
_TURNED = "Conv1D: codes are of the matrix turned"
LIMITS = {
    ("llama4", "FP8_DYNAMIC"): _STOPS,
    ("llama4", "nf4"): _STOPS,
    ("llama4", "llm_int8"): _STOPS,
    ("qwen3-vl-moe", "FP8_DYNAMIC"): _APART,
    ("gpt2", "FP8_DYNAMIC"): _TURNED,
    ("gpt2", "nf4"): _TURNED,
    ("gpt2", "llm_int8"): _TURNED,
}


def main(work: Path, pyspark: str, *names: str) -> int:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    shutil.rmtree(work, ignore_errors=True)
    cases = [(source, scheme) for source in [*SOURCES, *FAMILIES] if not names or source.name in names for scheme in SCHEMES]
    for source in {source.name: source for source, _ in cases}.values():
        source.write(work / source.name / "source")
    compare.convert(work, pyspark, cases, as_called=True)

    print("| source | scheme | |\n| --- | --- | --- |")
    wrong = 0
    for source, scheme in cases:
        try:
            found = findings(work / source.name / "source", work / source.name / "ours" / scheme)
        except Exception as failed:  # whatever loading stops with is the result here
            found = [f"{type(failed).__name__}: {failed}".splitlines()[0][:200]]
        limit = LIMITS.get((source.name, scheme))
        wrong += bool(found) and not limit
        print(f"| {source.name} | {scheme} | {'loads' if not found else limit or 'WRONG'} |", flush=True)
        for finding in found[:5] if not limit else []:
            print(f"    {finding}")
    print(f"{len(cases)} outputs loaded, {wrong} wrong")
    return 1 if wrong else 0


def findings(source: Path, ours: Path) -> list[str]:
    """What is not as it should be in a model that was loaded."""
    expected, expected_keys = load(source)
    actual, keys = load(ours)
    found = [f"{kind}: {names[:4]}" for kind, names in keys.items() if names != expected_keys.get(kind, [])]
    for name, weights in expected.items():
        if name not in actual or actual[name].shape != weights.shape:
            found.append(f"{name}: not there")
            continue
        near = torch.nn.functional.cosine_similarity(actual[name].flatten(), weights.flatten(), 0).item()
        if not torch.equal(actual[name], weights) and not near > NEAR:
            found.append(f"{name}: cosine {near:.3f}")
    return found


def load(directory: Path) -> tuple[dict[str, torch.Tensor], dict[str, list[str]]]:
    """All weights as floats, and what did not fit the model."""
    config = json.loads((directory / "config.json").read_text())
    options = {}
    if config.get("quantization_config", {}).get("quant_method") == "compressed-tensors":
        options["quantization_config"] = transformers.CompressedTensorsConfig(run_compressed=False)
    model, information = getattr(transformers, config["architectures"][0]).from_pretrained(
        directory, dtype="auto", device_map="cpu", output_loading_info=True, **options
    )
    weights = {}
    for place, module in model.named_modules():
        for name, values in module.named_parameters(recurse=False):
            weights[f"{place}.{name}"] = decoded(module, name, values).detach().float()
    return weights, {kind: sorted(map(str, names)) for kind, names in information.items() if names}


def decoded(module: torch.nn.Module, name: str, values: torch.Tensor) -> torch.Tensor:
    if name == "weight" and isinstance(module, bitsandbytes.nn.Linear4bit):
        return of_four_bits(values.data, values.quant_state)
    if name == "weight" and isinstance(module, bitsandbytes.nn.Linear8bitLt):
        return values.data.float() * values.SCB[:, None] / 127
    return values


def of_four_bits(codes: torch.Tensor, state: bitsandbytes.functional.QuantState) -> torch.Tensor:
    """In plain steps: the CPU kernel of bitsandbytes 0.50 errs where columns are an odd multiple of 32."""
    scales = state.absmax
    if state.nested:
        scales = bitsandbytes.functional.dequantize_blockwise(scales, state.state2) + state.offset
    pairs = codes.flatten()
    indexes = torch.stack((pairs >> 4, pairs & 15), 1).flatten()[: state.shape.numel()].long()
    return (state.code[indexes] * scales.repeat_interleave(state.blocksize)[: len(indexes)]).reshape(state.shape)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
