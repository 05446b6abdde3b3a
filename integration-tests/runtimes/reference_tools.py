"""The tools whose outputs ours are compared with: llm-compressor without a model, and bitsandbytes through Transformers.

reference_tools.py SOURCE OUTPUTS SCHEME...: one output for each scheme, embeddings and head left as they are.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
from pathlib import Path

_FOUR_BITS = {
    "nf4": ("nf4", False),
    "nf4(nested=true)": ("nf4", True),
    "fp4": ("fp4", False),
    "fp4(nested=true)": ("fp4", True),
}
BITSANDBYTES = {*_FOUR_BITS, "llm_int8"}


def quantize(source: Path, output: Path, scheme: str, ignore: list[str], shard: str = "5GB") -> None:
    """Writes what the tool makes of the model. bitsandbytes leaves alone what it likes instead of what is to be ignored;
    llm-compressor keeps the files of the source instead of the size of shards."""
    shutil.rmtree(output, ignore_errors=True)
    if scheme in BITSANDBYTES:
        _bitsandbytes(source, output, scheme, shard)
        return
    import llmcompressor

    # What it has to say when it fails is in the exception.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        llmcompressor.model_free_ptq(
            model_stub=str(source), save_directory=str(output), scheme=scheme, ignore=ignore, max_workers=1, device="cpu"
        )


def _bitsandbytes(source: Path, output: Path, scheme: str, shard: str) -> None:
    import transformers
    from transformers import AutoConfig, BitsAndBytesConfig

    original = AutoConfig.from_pretrained(source)
    if scheme == "llm_int8":
        config = BitsAndBytesConfig(load_in_8bit=True)
    else:
        kind, nested = _FOUR_BITS[scheme]
        config = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=kind,
            bnb_4bit_use_double_quant=nested,
            bnb_4bit_compute_dtype=original.dtype,
        )
    # The class that wrote it: not all models are causal ones of text.
    architecture = getattr(transformers, original.architectures[0])
    model = architecture.from_pretrained(source, quantization_config=config, dtype="auto", device_map="cpu")
    model.save_pretrained(output, max_shard_size=shard)
    for carried in source.glob("tokenizer*"):
        shutil.copy(carried, output)


def main(source: str, outputs: str, *schemes: str) -> None:
    for scheme in schemes:
        quantize(Path(source), Path(outputs) / scheme, scheme, ["lm_head", "re:.*embed_tokens"])


if __name__ == "__main__":
    main(*sys.argv[1:])
