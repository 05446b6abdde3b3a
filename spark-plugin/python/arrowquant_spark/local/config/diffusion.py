"""``DiffusionQuantConfig``: the settings under the name and in the words of the old library."""

from __future__ import annotations

from typing import Any

from arrowquant_spark.local.config.quant_config import QuantConfig

__all__ = ["DiffusionQuantConfig"]

#: Settings of the old library that have no meaning here: nothing here depends on time steps of diffusion.
_WITHOUT_MEANING = (
    "modality",
    "num_time_groups",
    "enable_time_aware",
    "enable_spatial",
    "calibration_samples",
    "fail_fast",
    "enable_entropy_adaptation",
    "enable_transition_optimization",
    "markov_weight",
    "entropy_weight",
    "learning_rate",
    "max_iterations",
    "convergence_threshold",
    "beta_schedule",
    "enable_streaming",
    "enable_memory_aware_scheduling",
    "max_memory_limit_mb",
    "enable_mixed_precision",
    "enable_simd",
    "simd_threshold",
)


class DiffusionQuantConfig(QuantConfig):
    """The name that callers of the old library use. Settings that mean nothing here are accepted and ignored.

    >>> DiffusionQuantConfig(bit_width=2, num_time_groups=10, deployment_profile="edge").group_size
    256
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{key: value for key, value in settings.items() if key not in _WITHOUT_MEANING})
