"""Everything a user can get wrong, with the text that says so."""

import pytest
from arrowquant_spark import InvalidRequestError, PluginMissingError, dequantize, quantization_report, quantize
from arrowquant_spark.frames import analyzed

NAMED = "layer_name string, weights array<float>"
NAN = float("nan")


@pytest.mark.parametrize("bit_width", [3, 0, -4, 16, True, 4.5, "4", None.__class__])
def test_widths_that_are_none(bit_width):
    with pytest.raises(InvalidRequestError) as error:
        quantize(bit_width=bit_width)
    assert str(error.value) == f"Invalid bit_width: {bit_width}. Must be 2, 4, or 8"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bit_width": 4, "scheme": "int8"}, "bit_width=4 contradicts scheme='int8'. Give one of them"),
        ({"scheme": "int4(group_size=32)", "group_size": 64},
         "Parameter 'group_size' of scheme 'int4' is given as 32 and as 64. Give it once"),
        ({"scheme": 4}, "scheme must be a string such as 'int4', not 4"),
        ({"scheme": "int4(group_size)"}, "Cannot read scheme 'int4(group_size)'. Write NAME or NAME(key=value, ...), e.g."),
        ({"scheme": "int4["}, "Cannot read scheme 'int4['."),
        ({"scheme": "int4(a=1,A=2)"}, "Scheme 'int4(a=1,A=2)' gives parameter 'a' twice"),
        ({"scheme": "(" * 200}, "Cannot read scheme '" + "(" * 100 + "...'"),
        ({"group_size": [64]}, "Invalid group_size: [64]. Must be a number, true or false, or a word"),
        ({"strategy": "a,b"}, "Invalid strategy: 'a,b'."),
        ({"grup_size": 64}, "Unknown argument 'grup_size'. Did you mean 'group_size'? Known: scheme, bit_width, group_size"),
        ({"skp": "x"}, "Unknown argument 'skp'. Did you mean 'skip'?"),
        ({"on_errors": "x"}, "Unknown argument 'on_errors'. Did you mean 'on_error'?"),
        ({"on_error": "quarantene"}, "Unknown on_error 'quarantene'. Did you mean 'quarantine'? Known: fail, quarantine"),
        ({"skip": "re:["}, "Invalid pattern 're:[': unterminated character set at position 0. Write an exact name"),
        ({"layers": {"re:(": "int8"}}, "Invalid pattern 're:(': missing )"),
        ({"layers": ["a"]}, "layers must be a dict from patterns to schemes, not ['a']"),
        ({"layers": {"a": 8}}, "layers['a'] must be a scheme such as 'int8', 'keep', or a dict of parameters, not 8"),
        ({"layers": {"a": {"scheme": 8}}}, "layers['a'] has a scheme that is no string: 8"),
        ({"layers": {"a": {"bit_width": 3}}}, "Invalid bit_width: 3. Must be 2, 4, or 8"),
        ({"skip": [""]}, "A name pattern must have 1 to 4096 characters"),
    ],
)  # fmt: skip
def test_arguments_are_checked_before_there_is_a_frame(arguments, message):
    with pytest.raises(InvalidRequestError) as error:
        quantize(**arguments)
    assert str(error.value).startswith(message)


def test_a_scheme_in_the_place_of_the_frame():
    with pytest.raises(InvalidRequestError, match=r"quantize takes a DataFrame .*, not 'int8'. Write df.transform\(quantize"):
        quantize("int8")
    with pytest.raises(InvalidRequestError, match="dequantize takes a DataFrame"):
        dequantize(None)
    with pytest.raises(InvalidRequestError, match="quantization_report takes a DataFrame"):
        quantization_report("int8")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("name string, weights array<float>", "Missing required column 'layer_name'"),
        ("layer_name string, w array<float>", "Missing required column 'weights'"),
        ("layer_name int, weights array<float>", "Column 'layer_name' has type int. Must be string"),
        ("layer_name string, weights array<int>",
         "Column 'weights' has type array<int>. Must be array<float>, array<double> or binary"),
        ("layer_name string, weights string",
         "Column 'weights' has type string. Must be array<float>, array<double> or binary"),
        ("layer_name string, weights array<float>, shape string",
         "Column 'shape' has type string. Must be array<bigint> or array<int>"),
        ("layer_name string, weights array<float>, element_start string",
         "Column 'element_start' has type string. Must be bigint or int"),
        ("layer_name string, weights array<float>, element_count double",
         "Column 'element_count' has type double. Must be bigint or int"),
        ("layer_name string, weights binary",
         "Missing required column 'dtype': weights is binary, and dtype tells the type of its elements"),
        ("layer_name string, weights binary, dtype int", "Column 'dtype' has type int. Must be string"),
        ("layer_name string, weights array<float>, Scales int",
         "Column 'Scales' has the name of a column of the result. Drop or rename it first"),
    ],
)  # fmt: skip
def test_columns_are_checked_before_the_query_runs(spark, schema, message):
    with pytest.raises(InvalidRequestError) as error:
        spark.createDataFrame([], schema).transform(quantize)
    assert str(error.value) == message


def test_other_columns_in_the_way(spark):
    frame = spark.createDataFrame([], NAMED + ", error string")
    assert "error" in frame.transform(quantize).columns
    with pytest.raises(InvalidRequestError, match="Column 'error' has the name of a column of the result"):
        frame.transform(quantize, on_error="quarantine")
    with pytest.raises(InvalidRequestError, match="Column 'weights' appears twice. Drop or rename one of them"):
        frame.selectExpr("*", "weights").transform(quantize)
    with pytest.raises(InvalidRequestError, match="keep names a column that does not exist: 'weigths'. Did you mean 'weights'?"):
        frame.transform(quantize, keep="weigths")
    with pytest.raises(InvalidRequestError, match="keep names a column that does not exist: 'q'. Columns: layer_name, wei"):
        frame.transform(quantize, keep=["q"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scheme": "int9"}, "Unknown scheme 'int9'. Did you mean 'int2'? Known: int2, int4, int8"),
        ({"scheme": "int4(grup_size=64)"}, "Unknown parameter of scheme int4 'grup_size'. Did you mean 'group_size'?"),
        ({"zzz": 1}, "Unknown parameter of scheme int4 'zzz'. Known: group_size, symmetric, strategy"),
        ({"group_size": 0}, "Invalid group_size: 0 for scheme int4. Must be 1 to 2147483647"),
        ({"symmetric": "perhaps"}, "Invalid symmetric: perhaps for scheme int4. Must be true, false"),
        ({"on_non_finite": "clmp"}, "Unknown on_non_finite 'clmp'. Did you mean 'clamp'? Known: error, clamp"),
        ({"layers": {"a": "int5"}}, "Unknown scheme 'int5'. Did you mean 'int2'?"),
        ({"layers": {"a": {"strategy": "row"}}}, "Invalid strategy: row for scheme int4. Must be group, channel, tensor"),
        ({"skip": "a", "scheme": "int5"}, "Unknown scheme 'int5'"),
    ],
)
def test_what_only_the_plugin_knows_is_told_at_once_too(spark, arguments, message):
    frame = spark.createDataFrame([], NAMED)
    for function in (quantize, quantization_report):
        with pytest.raises(InvalidRequestError) as error:
            frame.transform(function, **arguments)
        assert str(error.value).startswith(message)


BAD_ROWS = [
    ("nan", [0.0, NAN], None, None, "Layer 'nan' contains NaN at index 1"),
    ("inf", [float("inf")], None, None, "Layer 'inf' contains Infinity at index 0"),
    ("null weights", None, None, None, "Layer 'null weights': column 'weights' is null. Skip the layer"),
    ("null element", [1.0, None], None, None, "Layer 'null element' contains null at index 1"),
    (None, [1.0], None, None, "Column 'layer_name' is null"),
    ("shape", [1.0, 2.0], [2, 3], None, "Layer 'shape': shape [2, 3] holds 6 elements but weights has 2"),
    ("range", [1.0, 2.0], [2, 3], 6, "Layer 'range': shape [2, 3] holds 6 elements but weights has 2 from element_start 6"),
    ("start", [1.0] * 3, [9], 3, "Layer 'start': "),
    ("no shape", [1.0], None, 128, "Layer 'no shape': element_start 128 says nothing without the shape"),
]
BAD_SCHEMA = NAMED + ", shape array<int>, element_start bigint"


@pytest.mark.parametrize("row", BAD_ROWS, ids=lambda row: row[0] or "null")
def test_rows_that_fail_the_query_name_their_layer(spark, row):
    frame = spark.createDataFrame([row[:4]], BAD_SCHEMA).coalesce(1)
    with pytest.raises(Exception) as error:
        frame.transform(quantize).select("scales").collect()
    assert row[4] in str(error.value)


def test_quarantined_rows_carry_their_error_and_the_others_are_done(spark):
    good = ("good", [0.0, 1.0], [1, 2], None)
    frame = spark.createDataFrame([row[:4] for row in BAD_ROWS] + [good], BAD_SCHEMA)

    rows = frame.transform(quantize, on_error="quarantine").collect()

    found = {row.layer_name: row for row in rows}
    assert len(rows) == len(BAD_ROWS) + 1
    for name, *_, message in BAD_ROWS:
        assert found[name].error.startswith(message)
        assert tuple(found[name])[1:8] == (None,) * 7
    assert found["good"].error is None
    assert found["good"].shape == [1, 2]
    assert bytes(found["good"].quantized_data) == b"\xf0"


def test_bytes_that_are_no_elements(spark):
    rows = [("odd", bytearray(3), "BF16"), ("null", bytearray(2), None), ("what", bytearray(2), "BF17")]
    frame = spark.createDataFrame(rows, "layer_name string, weights binary, dtype string")

    errors = {row.layer_name: row.error for row in frame.transform(quantize, on_error="quarantine").collect()}

    assert errors["odd"].startswith("Layer 'odd': weights has 3 bytes, which is no whole number of BF16 elements")
    assert errors["null"].startswith("Layer 'null': weights is binary, and dtype does not tell the type of its elements")
    assert "Unknown dtype 'BF17'. Did you mean 'BF16'?" in errors["what"]


def test_dequantize_needs_what_quantize_made(spark):
    quantized = spark.createDataFrame([("a", [1.0])], NAMED).transform(quantize)
    for column in ("layer_name", "quantized_data", "scales", "zero_points", "shape", "bit_width", "scheme", "group_size"):
        with pytest.raises(InvalidRequestError, match=f"Missing required column '{column}'"):
            quantized.drop(column).transform(dequantize)
    with pytest.raises(InvalidRequestError, match="Column 'scales' has type string. Must be array<float>"):
        quantized.selectExpr("* EXCEPT (scales)", "'x' AS scales").transform(dequantize)
    with pytest.raises(InvalidRequestError, match="Column 'weights' has the name of a column of the result"):
        quantized.selectExpr("*", "1 AS weights").transform(dequantize)


def test_spark_without_the_jar(spark):
    with pytest.raises(PluginMissingError, match="The ArrowQuant jar is not on Spark's class path. Build the session with"):
        analyzed(lambda: spark.range(1).selectExpr("no_such_function_here(id)"))


def test_other_errors_of_spark_come_as_they_are(spark):
    from pyspark.errors import AnalysisException

    with pytest.raises(AnalysisException, match="UNRESOLVED_COLUMN"):
        analyzed(lambda: spark.range(1).selectExpr("nothing"))
    with pytest.raises(ZeroDivisionError):
        analyzed(lambda: spark.range(1 // 0))
