"""Quantize the weights of open models with Apache Spark."""

__version__ = "0.1.0"
