"""The examples of all docstrings run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import arrowquant_spark.local
import numpy as np
import pyarrow as pa
import pytest
from arrowquant_spark.local import ArrowQuantV2, ShardedSafeTensorsLoader, jvm
from arrowquant_spark.local.config import DiffusionQuantConfig, QuantConfig
from arrowquant_spark.schemes import SchemeText

MODULES = [
    "arrowquant_spark.local",
    *(module.name for module in pkgutil.walk_packages(arrowquant_spark.local.__path__, "arrowquant_spark.local.")),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_show(shared, tmp_path, name):
    safetensors = pytest.importorskip("safetensors.numpy")
    model = tmp_path / "model.safetensors"
    safetensors.save_file({"w.weight": np.ones((16, 32), np.float32)}, model)
    names = {
        "q": shared,
        "pa": pa,
        "np": np,
        "table": pa.table({"layer_name": ["a"], "weights": [[0.0, 1.0]]}),
        "model": str(model),
        "output": str(tmp_path / "out"),
        "ArrowQuantV2": ArrowQuantV2,
        "ShardedSafeTensorsLoader": ShardedSafeTensorsLoader,
        "QuantConfig": QuantConfig,
        "DiffusionQuantConfig": DiffusionQuantConfig,
        "SchemeText": SchemeText,
        "Java": jvm.Java,
    }
    assert doctest.testmod(importlib.import_module(name), extraglobs=names).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__
    public = [getattr(module, one) for one in module.__all__]
    assert [one for one in public if (isinstance(one, type) or callable(one)) and not one.__doc__] == []
    for one in public:
        if isinstance(one, type) and one.__module__.startswith("arrowquant_spark.local"):
            methods = [value for key, value in vars(one).items() if not key.startswith("_") and callable(value)]
            assert [method for method in methods if not method.__doc__] == []
