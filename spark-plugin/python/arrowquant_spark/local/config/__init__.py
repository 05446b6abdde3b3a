"""``QuantConfig``: how a quantizer treats what it is given, in the words of a recipe."""

from arrowquant_spark.local.config.diffusion import DiffusionQuantConfig
from arrowquant_spark.local.config.profiles import PROFILES
from arrowquant_spark.local.config.quant_config import QuantConfig

__all__ = ["PROFILES", "DiffusionQuantConfig", "QuantConfig"]
