"""The same job several times in one Spark session: repeated.py MODEL OUTPUT TIMES QUALITY. Prints the seconds of each."""

from __future__ import annotations

import shutil
import sys
import time

from arrowquant_spark import configure
from pyspark.sql import SparkSession

model, output, times, quality = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "1g")
spark = configure(builder.config("spark.log.level", "ERROR")).getOrCreate()
for _ in range(times):
    begin = time.perf_counter()
    spark.range(0).write.format("arrowquant-job").options(
        input=model, output=output, scheme="W4A16", quality=quality
    ).mode("append").save()
    print(f"seconds {time.perf_counter() - begin:.3f}", flush=True)
    shutil.rmtree(output)
spark.stop()
