"""The doors of Spark and the one of the Python process give equal bytes for equal input."""

import numpy as np
import pyarrow as pa
import pytest
from arrowquant_spark import quantize, quantize_checkpoint
from arrowquant_spark.local import ArrowQuantV2
from safetensors.numpy import save_file

FIELDS = ("quantized_data", "scales", "zero_points", "shape", "bit_width", "scheme", "group_size")


@pytest.fixture(scope="module")
def arrays():
    rng = np.random.default_rng(7)
    shapes = [(3, 100), (64, 256), (1, 5), (129,), (40, 1000)]
    return {
        f"layer.{i}.weight": (rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 3)).astype(np.float32)
        for i, shape in enumerate(shapes)
    }


def table(arrays):
    weights = pa.array([array.reshape(-1) for array in arrays.values()], pa.list_(pa.float32()))
    shapes = pa.array([list(array.shape) for array in arrays.values()], pa.list_(pa.int64()))
    return pa.table({"layer_name": list(arrays), "weights": weights, "shape": shapes})


def of_rows(rows):
    return {row.layer_name: tuple(_plain(row[field]) for field in FIELDS) for row in rows}


def _plain(value):
    return bytes(value) if isinstance(value, bytearray) else value


def of_table(result):
    rows = result.select(["layer_name", *FIELDS]).to_pylist()
    return {row.pop("layer_name"): tuple(row.values()) for row in rows}


@pytest.mark.parametrize("scheme", ["int2", "int4", "int8", "int4(group_size=100,symmetric=true)"])
def test_all_doors_agree(spark, tmp_path, arrays, scheme):
    with ArrowQuantV2() as q:
        expected = of_table(q.quantize_arrow(table(arrays), scheme=scheme))

    df = spark.createDataFrame(
        [(name, array.reshape(-1).tolist(), list(array.shape)) for name, array in arrays.items()],
        "layer_name string, weights array<float>, shape array<bigint>",
    )
    assert of_rows(df.transform(quantize, scheme=scheme).collect()) == expected

    sql = df.selectExpr("layer_name", f"quantize(weights, '{scheme}', shape => shape, layer => layer_name) AS q")
    assert of_rows(sql.selectExpr("layer_name", "q.*").collect()) == expected

    (tmp_path / "model").mkdir()
    save_file(arrays, tmp_path / "model" / "model.safetensors")
    output = str(tmp_path / "out")
    quantize_checkpoint(spark, str(tmp_path / "model"), output, scheme=scheme, defaults=False)
    assert of_rows(spark.read.parquet(output).collect()) == expected
