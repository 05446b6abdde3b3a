"""mistral.rs, a runtime that loads model directories on a CPU and installs in seconds, computes with what the job wrote."""

import json
import math
import os
from pathlib import Path

import pytest
from arrowquant_spark import quantize_checkpoint

# Before the import: the runtime reads it then.
os.environ.setdefault("RUST_LOG", "error")

from mistralrs import ChatCompletionRequest, Runner, Which  # noqa: E402

HERE = Path(__file__).resolve().parent
TRAINED = HERE.parent / "src/test/resources/tiny-llama"
REFERENCE = HERE.parent / "runtimes/reference.json"

# Half again as far from the BF16 model as the reference tool's output is.
MARGIN = 1.5
# With another order of additions the same weights answer less differently than that.
UNTOUCHED = 1e-6
# Logarithms of probabilities come for the likeliest tokens only.
LIKELIEST = 20


@pytest.fixture(scope="module")
def prompts() -> list[str]:
    """Beginnings of the text, each to be answered with the token that follows."""
    text = (TRAINED / "text.txt").read_text()
    return [text[start : start + 100 + 8 * number] for number, start in enumerate(range(0, 32_000, 1_300))]


@pytest.fixture(scope="module")
def truth(prompts, tmp_path_factory) -> list[dict[int, float]]:
    return answers(TRAINED / "model", prompts, tmp_path_factory.mktemp("bf16"))


def answers(model: Path, prompts: list[str], scratch: Path) -> list[dict[int, float]]:
    """For each prompt the log-probabilities of the likeliest next tokens."""
    runner = Runner(which=Which.Plain(model_id=str(loadable(model, scratch))))
    found = []
    for prompt in prompts:
        request = ChatCompletionRequest(
            model="model",
            messages=[{"role": "user", "content": prompt}],
            logprobs=True,
            top_logprobs=LIKELIEST,
            max_tokens=1,
            temperature=0.0,
        )
        [answer] = runner.send_chat_completion_request(request).choices[0].logprobs.content
        found.append({entry.token: entry.logprob for entry in answer.top_logprobs})
    return found


def loadable(model: Path, scratch: Path) -> Path:
    """The model as this runtime wants it: a config of before Transformers 5, and a template that says nothing but the prompt."""
    for file in model.iterdir():
        if file.name not in ("config.json", "tokenizer_config.json"):
            (scratch / file.name).symlink_to(file.resolve())
    config = json.loads((model / "config.json").read_text())
    config["rope_theta"] = config["rope_parameters"]["rope_theta"]
    (scratch / "config.json").write_text(json.dumps(config))
    tokenizer = json.loads((model / "tokenizer_config.json").read_text())
    tokenizer["chat_template"] = "{{ messages[0]['content'] }}"
    (scratch / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    return scratch


def divergence(truth: list[dict[int, float]], answered: list[dict[int, float]]) -> float:
    """The mean Kullback-Leibler divergence over prompts; all tokens that are not among the likeliest of both count as one."""
    total = 0.0
    for true, answer in zip(truth, answered, strict=True):
        common = true.keys() & answer.keys()
        rest = [max(1 - sum(math.exp(known[token]) for token in common), 1e-9) for known in (true, answer)]
        total += sum(math.exp(true[token]) * (true[token] - answer[token]) for token in common)
        total += rest[0] * math.log(rest[0] / rest[1])
    return total / len(truth)


@pytest.mark.parametrize("scheme", ["FP8_DYNAMIC", "FP8_BLOCK", "FP8_BLOCK_INV", "NVFP4A16"])
def test_runtime_computes_what_the_model_does(spark, scheme, prompts, truth, tmp_path):
    output = tmp_path / "output"
    quantize_checkpoint(spark, str(TRAINED / "model"), str(output), scheme=scheme)
    scratch = tmp_path / "loadable"
    scratch.mkdir()
    bound = MARGIN * json.loads(REFERENCE.read_text())["mistralrs"][scheme.removesuffix("_INV")]
    assert UNTOUCHED < divergence(truth, answers(output, prompts, scratch)) < bound
