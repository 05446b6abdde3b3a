"""Model directories in vLLM's CPU build."""

from __future__ import annotations

import gc
from pathlib import Path

import torch
from transformers_runtime import Answer
from vllm import LLM, SamplingParams
from vllm.model_executor.layers.linear import LinearBase, UnquantizedLinearMethod


def answer(model: Path, windows: torch.Tensor) -> Answer:
    engine = LLM(
        model=str(model),
        dtype="bfloat16",
        enforce_eager=True,
        max_model_len=512,
        max_logprobs=-1,
        max_num_seqs=4,
        disable_log_stats=True,
    )
    quantized = engine.apply_model(_quantized_modules)[0]
    prompts = [{"prompt_token_ids": window.tolist()} for window in windows]
    sampling = SamplingParams(max_tokens=1, temperature=0, prompt_logprobs=-1, detokenize=False)
    answers = engine.generate(prompts, sampling, use_tqdm=False)
    vocabulary = engine.model_config.get_vocab_size()
    # What follows the last token of a window is not among the answers; nobody asks for it.
    log_probabilities = torch.full((*windows.shape, vocabulary), -torch.inf)
    for window, answered in enumerate(answers):
        for position, tokens in enumerate(answered.prompt_logprobs):
            for token, entry in (tokens or {}).items():
                log_probabilities[window, position - 1, token] = entry.logprob
    del engine
    gc.collect()
    return Answer(log_probabilities, quantized)


def _quantized_modules(model: torch.nn.Module) -> int:
    """Linear modules that compute with codes."""
    linear = [module for module in model.modules() if isinstance(module, LinearBase)]
    return sum(not isinstance(module.quant_method, UnquantizedLinearMethod) for module in linear)
