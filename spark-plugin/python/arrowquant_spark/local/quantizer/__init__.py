"""``ArrowQuantV2``: quantization in this process."""

from arrowquant_spark.local.quantizer.arrow_quant import ArrowQuantV2

__all__ = ["ArrowQuantV2"]
