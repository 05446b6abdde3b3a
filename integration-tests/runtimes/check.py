"""check.py RUNTIME OUTPUTS PYSPARK TOOLS [--reference] [SCHEME...]: what `run` does once its environments are there.

PYSPARK and TOOLS are the interpreters of the environments with Spark and with the tools of reference.
Converts the trained model to every scheme, loads each output in the runtime, and compares what it computes with what the
BF16 model does, by the Kullback-Leibler divergence, in nats for each token. The bound is half again as much as the output
of the reference tool reached; with --reference that tool's outputs are made and measured instead, for reference.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import torch
import transformers
import transformers_runtime

HERE = Path(__file__).resolve().parent
TRAINED = HERE.parent / "src/test/resources/tiny-llama"
MODEL = TRAINED / "model"
REFERENCE = HERE / "reference.json"

WINDOW = 256
# vLLM answers with an object for every word of the vocabulary.
WINDOWS = {"transformers": 8, "vllm": 2}
MARGIN = 1.5
# Less than any quantization here makes, more than the same weights make in another order of additions.
UNTOUCHED = 2e-6
LAYERS = 4
LINEAR = 7 * LAYERS
# vLLM has one module for q, k and v, and one for gate and up.
FUSED = 4 * LAYERS

COMPRESSED = ["W4A16", "W4A16_ASYM", "W8A16", "W8A8", "FP8_DYNAMIC", "FP8_BLOCK", "NVFP4A16", "MXFP4A16", "MXFP8A16"]
SCHEMES = {
    "transformers": [*COMPRESSED, "FP8_BLOCK_INV", "nf4", "nf4(nested=true)", "fp4", "llm_int8"],
    "vllm": ["W4A16", "W4A16_ASYM", "W8A8", "FP8_DYNAMIC", "gptq_int4", "awq_int4"],
}
# Decoded while it is loaded, where there is no GPU.
DECODED = {"FP8_BLOCK_INV"}
# No tool writes these on a CPU and without calibration; what has the same numbers in another packing.
SAME_NUMBERS = {"gptq_int4": "W4A16", "awq_int4": "W4A16_ASYM", "FP8_BLOCK_INV": "FP8_BLOCK"}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("runtime", choices=SCHEMES)
    parser.add_argument("outputs", type=Path)
    parser.add_argument("pyspark")
    parser.add_argument("tools")
    parser.add_argument("--reference", action="store_true")
    parser.add_argument("schemes", nargs="*")
    options = parser.parse_args()
    known = SCHEMES[options.runtime]
    schemes = options.schemes or known
    if unknown := set(schemes) - set(known):
        parser.error(f"{options.runtime} is not asked about {', '.join(sorted(unknown))}, but about {', '.join(known)}")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.manual_seed(0)

    if options.reference:
        schemes = [scheme for scheme in schemes if scheme not in SAME_NUMBERS]
        make_references(options.outputs, options.tools, schemes)
    else:
        convert(options.outputs, options.pyspark, schemes)
    windows = text_windows(WINDOWS[options.runtime])
    truth = transformers_runtime.answer(MODEL, windows).log_probabilities
    divergences = json.loads(REFERENCE.read_text()) if REFERENCE.exists() else {}
    bounds = {scheme: MARGIN * divergence for scheme, divergence in divergences.get(options.runtime, {}).items()}

    print(f"{windows.numel()} tokens; perplexity of the BF16 model {perplexity(truth, windows):.4f}")
    print("| scheme | quantized modules | perplexity | KL | bound | top token kept | |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    measured, failed = {}, 0
    for scheme in schemes:
        bound = float("inf") if options.reference else bounds[SAME_NUMBERS.get(scheme, scheme)]
        try:
            answer = runtime(options.runtime)(options.outputs / scheme, windows)
        except Exception as problem:  # whatever a runtime finds wrong is the result here
            print(f"| {scheme} | | | | | | FAILED: {type(problem).__name__}: {problem} |", flush=True)
            failed += 1
            continue
        divergence = kl(truth, answer.log_probabilities)
        wrong = verdict(options.runtime, scheme, answer.quantized_modules, divergence, bound)
        same_top = (truth.argmax(-1) == answer.log_probabilities.argmax(-1)).float().mean().item()
        print(
            f"| {scheme} | {answer.quantized_modules} | {perplexity(answer.log_probabilities, windows):.4f} "
            f"| {divergence:.3g} | {bound:.3g} | {same_top:.4f} | {'FAILED: ' + wrong if wrong else 'ok'} |",
            flush=True,
        )
        measured[scheme] = float(f"{divergence:.4g}")
        failed += bool(wrong)
    if options.reference and not failed:
        divergences[options.runtime] = divergences.get(options.runtime, {}) | measured
        REFERENCE.write_text(json.dumps(divergences, indent=2) + "\n")
    return 1 if failed else 0


def convert(outputs: Path, pyspark: str, schemes: list[str]) -> None:
    outputs.mkdir(parents=True, exist_ok=True)
    conversions = [
        {"src": str(MODEL), "dst": str(outputs / scheme), "scheme": scheme, "overwrite": True} for scheme in schemes
    ]
    listed = outputs / "conversions.json"
    listed.write_text(json.dumps(conversions))
    subprocess.run([pyspark, str(HERE / "convert.py"), str(listed)], check=True)


def make_references(outputs: Path, tools: str, schemes: list[str]) -> None:
    """In another process, because runtimes bring other versions of what the tools need."""
    outputs.mkdir(parents=True, exist_ok=True)
    subprocess.run([tools, str(HERE / "reference_tools.py"), str(MODEL), str(outputs), *schemes], check=True)


def runtime(name: str):
    if name == "transformers":
        return transformers_runtime.answer
    import vllm_runtime

    return vllm_runtime.answer


def text_windows(number: int) -> torch.Tensor:
    ids = transformers_runtime.vocabulary_ids(MODEL, (TRAINED / "text.txt").read_text())
    return torch.tensor(ids[: WINDOW * number]).reshape(number, WINDOW)


def kl(truth: torch.Tensor, answer: torch.Tensor) -> float:
    """The mean over tokens; the last token of a window has no answer in some runtimes and is left out in all."""
    truth, answer = truth[:, :-1].double(), answer[:, :-1].double()
    return (truth.exp() * (truth - answer)).sum(-1).mean().item()


def perplexity(answer: torch.Tensor, windows: torch.Tensor) -> float:
    next_tokens = windows[:, 1:].unsqueeze(-1)
    return answer[:, :-1].gather(-1, next_tokens).mean().neg().exp().item()


def verdict(runtime_name: str, scheme: str, quantized: int, divergence: float, bound: float) -> str:
    """What is wrong, or nothing."""
    if not divergence <= bound:  # a divergence that is no number is wrong, too
        return "further from the BF16 model than the reference tool's output"
    if divergence < UNTOUCHED:
        return "computes what the BF16 model computes: not quantized"
    expected = 0 if scheme in DECODED else LINEAR if runtime_name == "transformers" else FUSED
    if quantized != expected:
        return f"{expected} modules should be quantized"
    return ""


if __name__ == "__main__":
    sys.exit(main())
