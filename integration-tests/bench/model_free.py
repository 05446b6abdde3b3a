"""llm-compressor's model_free_ptq on a model: model_free.py MODEL OUTPUT. Prints the seconds of the call alone."""

from __future__ import annotations

import sys
import time

from llmcompressor import model_free_ptq

begin = time.perf_counter()
model_free_ptq(
    sys.argv[1],
    sys.argv[2],
    scheme="W4A16",
    ignore=["lm_head", "re:.*embed_tokens"],
    max_workers=2,
    device="cpu",
)
print(f"seconds {time.perf_counter() - begin:.3f}")
