"""compare.py WORK PYSPARK [SOURCE...]: what `run` does once its environments are there.

Each small model goes through each scheme twice, once in the tool of reference and once in our job with the same options.
Both outputs are compared tensor for tensor (name, type, shape, bytes) and key for key (config.json, the index).
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import reference_tools
import torch
import transformers
from families import FAMILIES
from models import SOURCES, Source

HERE = Path(__file__).resolve().parent
INDEX = "model.safetensors.index.json"
IGNORE = ["lm_head", "re:.*embed_tokens"]
WIDER = "as stored, rounded there: tensor "
COMPRESSED = [
    "W4A16", "W4A16_ASYM", "W8A16", "W8A8", "FP8_DYNAMIC", "FP8_BLOCK", "NVFP4A16", "MXFP4A16", "MXFP4", "MXFP8A16", "MXFP8",
]  # fmt: skip
SCHEMES = [*COMPRESSED, *sorted(reference_tools.BITSANDBYTES)]
# Ours by another name, because MXFP4 is ggml's type.
NAMES = {"MXFP4": "MXFP4A4"}

# What the tool refuses. Ours finishes, and no tensor is lost.
_GROUPS = "rows of 704 are no whole groups of 128"
_BLOCKS = "200 rows are no whole blocks of 128"
_NARROW = "a matrix, of a bias or of time steps, with rows shorter than a group of 16"
REFUSED = {
    ("llama-704-columns", "W4A16"): _GROUPS,
    ("llama-704-columns", "W4A16_ASYM"): _GROUPS,
    ("llama-704-columns", "W8A16"): _GROUPS,
    ("llama-704-columns", "FP8_BLOCK"): "704 rows are no whole blocks of 128",
    ("mixtral-bf16", "NVFP4A16"): "a file with several w1 before the w3 that shares a scale with the first",
    ("odd-f16", "FP8_BLOCK"): _BLOCKS,
    ("odd-f32", "FP8_BLOCK"): _BLOCKS,
    ("t5", "NVFP4A16"): _NARROW,
    ("jamba", "NVFP4A16"): _NARROW,
}


@dataclass(frozen=True)
class Known:
    """A difference that is as it should be."""

    schemes: set[str]
    finding: str
    why: str
    source: str = ""  # any


KNOWN = [
    Known(
        {"NVFP4A16"},
        "tensor model.decoder.layers.0.encoder_attn.",
        "q lies in another file than k and v; ours have one scale all the same, as runtimes that fuse them want",
        "whisper",
    ),
    Known(reference_tools.BITSANDBYTES, f"{INDEX} /weight_map/", "Transformers deals tensors out anew, ours stay"),
    Known(reference_tools.BITSANDBYTES, WIDER, "Transformers writes what it keeps in the type of the model, ours as it is stored"),
    Known(
        reference_tools.BITSANDBYTES,
        "config.json /quantization_config: missing",
        "Transformers finds nothing to quantize, and describes it all the same",
        "falcon",
    ),
]


def main(work: Path, pyspark: str, *names: str) -> int:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    shutil.rmtree(work, ignore_errors=True)
    cases = []
    for source in [*SOURCES, *FAMILIES]:
        if names and source.name not in names:
            continue
        source.write(work / source.name / "source")
        for scheme in source.schemes or SCHEMES:
            cases.append((source, scheme, refusal(work / source.name, source, scheme)))
    convert(work, pyspark, [(source, scheme) for source, scheme, _ in cases])

    print("| source | scheme | tensors | |\n| --- | --- | --- | --- |")
    surprises = 0
    for source, scheme, refused in [(case[0].name, *case[1:]) for case in cases]:
        ours = work / source / "ours" / scheme
        expected = REFUSED.get((source, scheme), "")
        if refused or expected:
            findings = lost(work / source / "source", ours)
            if not (refused and expected):
                findings.append(f"the tool {refused or 'accepts what it was thought to refuse'}")
        else:
            findings = differences(work / source / "theirs" / scheme, ours)
        known = {finding: why(source, scheme, finding) for finding in findings}
        new = [finding for finding in findings if not known[finding]]
        reasons = sorted({f"known: {reason}" for reason in known.values() if reason})
        text = "DIFFERENT" if new else "; ".join(reasons) or (f"the tool refuses: {expected}" if expected else "equal")
        surprises += bool(new)
        print(f"| {source} | {scheme} | {len(read_tensors(ours))} | {text} |", flush=True)
        for finding in new[:20]:
            print(f"    {finding}")
        if len(new) > 20:
            print(f"    and {len(new) - 20} more")
    print(f"{len(cases)} outputs compared, {surprises} with differences that are not known")
    return 1 if surprises else 0


def refusal(directory: Path, source: Source, scheme: str) -> str:
    """Runs the tool; what it says when it does not finish, or nothing."""
    shard = "200KB" if source.shard else "5GB"
    ignore = [*IGNORE, *source.ignore]
    try:
        reference_tools.quantize(directory / "source", directory / "theirs" / scheme, scheme, ignore, shard)
        return ""
    except Exception as refused:  # whatever a tool stops with is the result here
        return f"stops with {type(refused).__name__}: {refused}".splitlines()[0][:200]


def why(source: str, scheme: str, finding: str) -> str:
    """Why a finding is as it should be, or nothing."""
    for known in KNOWN:
        if scheme in known.schemes and known.source in ("", source) and finding.startswith(known.finding):
            return known.why
    return ""


def lost(source: Path, ours: Path) -> list[str]:
    """Tensors of which neither the bytes nor anything that was made of them is there."""
    written = read_tensors(ours)
    found = []
    for name, tensor in read_tensors(source).items():
        if written.get(name) != tensor and not any(made.startswith(f"{name}_") for made in written):
            found.append(f"tensor {name}: lost")
    return found


def convert(work: Path, pyspark: str, cases: list[tuple[Source, str]], as_called: bool = False) -> None:
    """Has our job make all outputs: with what makes it comparable to the tool, or as it is called without any options."""
    conversions = []
    for source, scheme in cases:
        arguments = {
            "src": str(work / source.name / "source"),
            "dst": str(work / source.name / "ours" / scheme),
            "scheme": NAMES.get(scheme, scheme),
        }
        conversions.append(arguments if as_called else arguments | as_the_tool(source, scheme))
    listed = work / "conversions.json"
    listed.write_text(json.dumps(conversions))
    subprocess.run([pyspark, str(HERE.parent / "runtimes" / "convert.py"), str(listed)], check=True)


def as_the_tool(source: Source, scheme: str) -> dict[str, object]:
    """What makes our job keep what the tool keeps."""
    if scheme not in reference_tools.BITSANDBYTES:
        return {"defaults": False, "skip": [*IGNORE, *source.ignore]}
    return {"defaults": False} if source.keeps_more else {}


def differences(theirs: Path, ours: Path) -> list[str]:
    found = []
    expected, actual = read_tensors(theirs), read_tensors(ours)
    found += [f"tensor {name}: missing" for name in sorted(expected.keys() - actual.keys())]
    found += [f"tensor {name}: only ours has it" for name in sorted(actual.keys() - expected.keys())]
    for name in sorted(expected.keys() & actual.keys()):
        if expected[name] != actual[name] and expected[name] == rounded(actual[name], expected[name][0]):
            found.append(f"{WIDER}{name}")
            continue
        for what, their, our in zip(("type", "shape"), expected[name], actual[name], strict=False):
            if their != our:
                found.append(f"tensor {name}: {what} {our} instead of {their}")
        if expected[name][2] != actual[name][2]:
            wrong = sum(a != b for a, b in zip(expected[name][2], actual[name][2], strict=False))
            found.append(f"tensor {name}: {wrong} of {len(expected[name][2])} bytes")
    for file in ("config.json", INDEX):
        found += [f"{file} {difference}" for difference in key_differences(read_json(theirs / file), read_json(ours / file))]
    return found


def rounded(tensor: tuple[str, list[int], bytes], to: str) -> tuple[str, list[int], bytes]:
    """The tensor in another type of floats, where it has one."""
    types = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    dtype, shape, data = tensor
    if dtype not in types or to not in types:
        return tensor
    values = torch.frombuffer(bytearray(data), dtype=types[dtype]).to(types[to])
    return to, shape, values.view(torch.uint8).numpy().tobytes()


def key_differences(theirs: object, ours: object, key: str = "") -> list[str]:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        found = []
        for name in sorted(theirs.keys() | ours.keys()):
            where = f"{key}/{name}"
            if name not in ours:
                found.append(f"{where}: missing, should be {theirs[name]!r}")
            elif name not in theirs:
                found.append(f"{where}: only ours has it: {ours[name]!r}")
            else:
                found += key_differences(theirs[name], ours[name], where)
        return found
    return [] if theirs == ours and type(theirs) is type(ours) else [f"{key}: {ours!r} instead of {theirs!r}"]


def read_json(file: Path) -> object:
    return json.loads(file.read_text()) if file.exists() else None


def read_tensors(directory: Path) -> dict[str, tuple[str, list[int], bytes]]:
    """Type, shape and bytes of every tensor, read here by hand so that no library stands between."""
    tensors = {}
    for file in sorted(directory.glob("*.safetensors")):
        data = file.read_bytes()
        (length,) = struct.unpack_from("<Q", data)
        for name, entry in json.loads(data[8 : 8 + length]).items():
            if name != "__metadata__":
                begin, end = (8 + length + offset for offset in entry["data_offsets"])
                tensors[name] = (entry["dtype"], entry["shape"], data[begin:end])
    return tensors


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
