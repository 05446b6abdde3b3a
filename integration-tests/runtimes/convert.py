"""convert.py FILE: the conversions that FILE lists, in one Spark session, because starting Spark takes longer than they do.

FILE holds a JSON list of objects with the arguments of quantize_checkpoint: src, dst, scheme and whatever else.
"""

import json
import sys
from pathlib import Path

from arrowquant_spark import configure, quantize_checkpoint
from pyspark.sql import SparkSession


def main(file: str) -> None:
    builder = SparkSession.builder.master("local[2]").appName("conversions").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.driver.memory", "2g")
    builder = builder.config("spark.sql.warehouse.dir", str(Path(file).parent / "warehouse"))
    spark = configure(builder).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        for arguments in json.loads(Path(file).read_text()):
            quantize_checkpoint(spark, **arguments)
    finally:
        spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
