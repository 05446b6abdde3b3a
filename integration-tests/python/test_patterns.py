"""Patterns for tensor names mean in Spark what they mean in Python."""

import fnmatch
import re

import pytest
from arrowquant_spark.errors import InvalidRequestError
from arrowquant_spark.patterns import any_matches, as_patterns
from arrowquant_spark.regex import UnsupportedRegexError, to_java
from arrowquant_spark.sql import identifier, literal

NAMES = [
    "lm_head",
    "lm_head.weight",
    "lm_head.weight.weight",
    "lm_head.bias",
    "model.embed_tokens.weight",
    "model.layers.0.self_attn.q_proj.weight",
    "model.layers.10.self_attn.q_proj.weight",
    "model.layers.10.mlp.down_proj.weight",
    "model.layers.1.input_layernorm.weight",
    "model.norm.weight",
    "Model.Norm.Weight",
    "a[0]",
    "a0",
    "a-b",
    "a&b",
    "a\\b",
    "it's",
    "a{2}",
    "aa",
    "aXa",
    "two words",
    "line\nbreak",
    "line\u2028break",
    "x\n",
    "x\r",
    "größe",
    "GRÖSSE",
    "gewicht_5",
    "gewicht_٥",
    "tab\there",
    "$x",
    "${x}",
    "weight",
    ".weight",
    "x.weight\n",
    "a^b",
    "a#b",
    "a`b",
    '"quoted"',
    "%x_",
]

GLOBS = [
    "lm_head",
    "*norm*",
    "*.layers.?.*",
    "*.layers.1[0-9].*",
    "[!m]*",
    "[lm]*",
    "a[[]0]",
    "a[0]",
    "a[]]",
    "a[!]]b",
    "a[-+]b",
    "a[&&b]b",
    "a[\\]b",
    "a\\b",
    "it's",
    "*'s",
    "a{2}",
    "a**a",
    "[z-a]",
    "[",
    "[!]",
    "line?break",
    "*.weight",
    "two words",
    "$x",
    "${x}",
    "*{*}",
    "a[#^]b",
    "[[]*",
    "gr*e",
    '"*"',
    "%*",
    "?",
    "*",
]

EXPRESSIONS = [
    "",
    "lm_head",
    "lm_head$",
    r"lm_head\Z",
    ".*norm",
    ".*norm$",
    ".*bias|.*norm$",
    "^model",
    "model.layers",
    r"model\.layers\.\d+\.",
    r"model\.layers\.\d{2}\.",
    r"model\.layers\.\d{,1}\.",
    r"(?P<stem>a).(?P=stem)",
    r"(?P<under_score>a)(?P=under_score)",
    r"(a)\1",
    r"(a)[\1X]a",
    "(?i)MODEL",
    "(?i)gr",
    "(?i:größe)",
    "(?a)gewicht_\\d",
    "gewicht_\\d",
    "(?a:gewicht_\\d)",
    r"\w+$",
    r"(?a)\w+$",
    "line.break",
    "(?s)line.break",
    "x$",
    "x.$",
    "(?m)line$",
    r"x\s",
    r"x\n",
    "a[[]0]",
    r"a[\[]0\]",
    "a[]&-]b",
    "a[&&b]b",
    "a{2}",
    "a{2",
    "a{2}?",
    "a{x}",
    r"a\{2}",
    "a{}",
    "it's",
    "it[']s",
    r"it\x27s",
    "two words",
    "(?x) two \\ words # comment (",
    "(?x) two[ ]words",
    "(?#comment (quoted)a",
    r"tab\there",
    r"tab[\t]here",
    r"tab\vhere",
    r"tab[\v\t]here",
    r"gr\xf6",
    r"gr\u00f6\N{LATIN SMALL LETTER SHARP S}",
    r"gr\U000000f6",
    r"gr\366",
    r"\044x",
    r"\$x",
    r"[$]{1}x",
    r"(?=model)(?!model\.norm)model",
    r".*(?<=head)$",
    r".*(?<!weight)$",
    r"(?:l|m)m?_",
    r"a[\d\s]",
    r"a[^\d]b",
    r"a[^]]b",
    r"a[!-/]b",
    r"a\^b",
    "a#b",
    "a`b",
    '"quoted"',
    r"\W",
    r"\S+\Z",
    r".*\bnorm\b",
    r".*\Bnorm",
    r".*?head",
    r"\A\.weight",
    "(?-i:lm)",
    "%x_",
]


def python_says(pattern: str, name: str) -> bool:
    def one(candidate: str) -> bool:
        if pattern.startswith("re:"):
            return re.match(pattern[3:], candidate) is not None
        return candidate == pattern or fnmatch.fnmatchcase(candidate, pattern)

    return one(name) or (name.endswith(".weight") and one(name[: -len(".weight")]))


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_every_pattern_matches_what_python_matches(spark):
    patterns = GLOBS + ["re:" + expression for expression in EXPRESSIONS]
    names = spark.createDataFrame([(name,) for name in NAMES], "name string")

    conditions = [f"{any_matches('name', [pattern])} AS c{i}" for i, pattern in enumerate(patterns)]
    rows = names.selectExpr("name", *conditions).collect()

    found = {(pattern, row.name) for row in rows for i, pattern in enumerate(patterns) if row[f"c{i}"]}
    expected = {(pattern, name) for pattern in patterns for name in NAMES if python_says(pattern, name)}
    assert sorted(found - expected) == []
    assert sorted(expected - found) == []


@pytest.mark.parametrize("escaped", ["true", "false"])
def test_sessions_that_read_escapes_in_another_way_see_the_same(spark, escaped):
    spark.conf.set("spark.sql.parser.escapedStringLiterals", escaped)
    try:
        strings = ["plain", "it's", "''", "back\\slash", "both ' and \\ and \\n", "", "\\", "'", "new\nline", '"']
        row = spark.range(1).selectExpr(*(literal(text) for text in strings)).first()
        assert list(row) == strings
        names = spark.createDataFrame([("model.norm.weight",)], "name string")
        assert names.where(any_matches("name", [r"re:model\.n\w+$"])).count() == 1
    finally:
        spark.conf.unset("spark.sql.parser.escapedStringLiterals")


def test_no_patterns_match_nothing(spark):
    assert spark.range(3).selectExpr("CAST(id AS string) AS name").where(any_matches("name", [])).count() == 0


def test_a_null_name_is_not_an_error_of_the_pattern(spark):
    nulls = spark.createDataFrame([(None,)], "name string")
    assert nulls.where(any_matches("name", ["*a*", "b", "re:c"])).count() == 0


def test_column_names_are_quoted(spark):
    frame = spark.createDataFrame([("x",)], ["odd `name`.with dots"])
    assert frame.where(any_matches(identifier("odd `name`.with dots"), ["x"])).count() == 1


def test_one_pattern_needs_no_list():
    assert as_patterns("skip", "*norm*") == ("*norm*",)
    assert as_patterns("skip", iter(["a", "b"])) == ("a", "b")


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("re:(", r"Invalid pattern 're:\(': missing \), unterminated subpattern at position 0. Write an exact name"),
        ("re:[z-a]", "Invalid pattern 're:.z-a.': bad character range"),
        ("re:\\Qa\\E", "bad escape .Q"),
        ("re:(a)?(?(1)b|c)", "Invalid pattern .* Spark has no groups that depend on another group"),
        ("re:(?x:a b)", "Invalid pattern .* Spark cannot change to verbose in a group"),
        ("", "A name pattern must have 1 to 4096 characters"),
        ("a" * 4097, "A name pattern must have 1 to 4096 characters"),
        (7, "skip has a pattern that is no string: 7"),
    ],
)
def test_bad_patterns_are_refused_at_once(pattern, message):
    with pytest.raises(InvalidRequestError, match=message):
        as_patterns("skip", [pattern])


def test_translation_says_what_it_cannot_do():
    with pytest.raises(UnsupportedRegexError):
        to_java("(a)(?(1)b)")
    with pytest.raises(re.error):
        to_java("(")
