"""Small random models of other families: what is not a stack of Linear modules named as those of Llama."""

from __future__ import annotations

import torch
import transformers
from models import SMALL, Source
from transformers import PreTrainedModel

_TEXT = SMALL | {"hidden_size": 128, "head_dim": 32, "intermediate_size": 384, "pad_token_id": 0}
_EXPERTS = {"moe_intermediate_size": 96, "num_experts": 3, "num_experts_per_tok": 2}
_LOCAL_EXPERTS = {"intermediate_size": 96, "num_local_experts": 3, "num_experts_per_tok": 2}
_LAYERS = {"vocab_size": 320, "hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
_TOWER = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
# Rows and columns that are no multiples of 16.
_ODD = {"hidden_size": 72, "head_dim": 18, "intermediate_size": 200, "vocab_size": 317, "num_key_value_heads": 1}

# One with a scale for each row, one with a scale for several tensors, and both ways of bitsandbytes.
_FEW = ("W8A8", "NVFP4A16", "nf4", "llm_int8")
_FOUR = ("nf4", "nf4(nested=true)", "fp4")
_ROWS = ("W8A8", "FP8_DYNAMIC", "FP8_BLOCK", "nf4(nested=true)", "fp4", "llm_int8")


def _family(
    name: str,
    architecture: str,
    config: str,
    *,
    dtype: torch.dtype = torch.bfloat16,
    shard: str | None = None,
    schemes: tuple[str, ...] = _FEW,
    ignore: tuple[str, ...] = (),
    keeps_more: bool = False,
    **settings: object,
) -> Source:
    def make() -> PreTrainedModel:
        return getattr(transformers, architecture)(getattr(transformers, config)(**settings))

    return Source(name, make, dtype, shard=shard, schemes=schemes, ignore=ignore, keeps_more=keeps_more)


def _mixed() -> PreTrainedModel:
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**_TEXT))
    model.to(torch.bfloat16)
    for name, parameter in model.named_parameters():
        if "norm" in name or "layers.1" in name:
            parameter.data = parameter.data.float()
        if "down_proj" in name:
            parameter.data = parameter.data.half()
    return model


FAMILIES = [
    # Matrices that other families have apart are one.
    _family("phi3", "Phi3ForCausalLM", "Phi3Config", schemes=("W4A16", "FP8_BLOCK", *_FEW), **_TEXT),
    # A router that is a Linear module beside one that is not; matrices of one row.
    _family(
        "qwen2-moe-f16", "Qwen2MoeForCausalLM", "Qwen2MoeConfig", shard="100KB", dtype=torch.float16,
        **_TEXT, **_EXPERTS, shared_expert_intermediate_size=160,
    ),
    _family(
        "deepseek-v3", "DeepseekV3ForCausalLM", "DeepseekV3Config", shard="100KB",
        **_TEXT | {"num_key_value_heads": 4}, moe_intermediate_size=96, n_routed_experts=4, n_shared_experts=1, n_group=2,
        topk_group=1, num_experts_per_tok=2, first_k_dense_replace=1, kv_lora_rank=32, q_lora_rank=48, qk_rope_head_dim=16,
        qk_nope_head_dim=32, v_head_dim=32,
    ),
    # Experts in one tensor that is stored turned.
    _family("gpt-oss", "GptOssForCausalLM", "GptOssConfig", **_TEXT | _LOCAL_EXPERTS),
    _family(
        "llama4", "Llama4ForCausalLM", "Llama4TextConfig",
        **_TEXT | _LOCAL_EXPERTS | {"num_experts_per_tok": 1}, intermediate_size_mlp=192, interleave_moe_layer_step=1,
        attn_scale=0.1,
    ),
    # Experts in one tensor, and a vision tower.
    _family(
        "qwen3-vl-moe", "Qwen3VLMoeForConditionalGeneration", "Qwen3VLMoeConfig",
        ignore=("re:.*norm[12]", "re:.*patch_embed.proj"), keeps_more=True,
        text_config=_TEXT | _EXPERTS | {
            "decoder_sparse_step": 1,
            "rope_parameters": {"rope_type": "default", "mrope_section": [4, 6, 6], "rope_theta": 1e4},
        },
        vision_config={
            "depth": 2, "hidden_size": 64, "intermediate_size": 96, "num_heads": 4, "out_hidden_size": 128, "patch_size": 14,
            "num_position_embeddings": 16, "deepstack_visual_indexes": [1],
        },
    ),
    _family(
        "gemma3", "Gemma3ForConditionalGeneration", "Gemma3Config", shard="100KB",
        ignore=("re:.*layer_norm[12]", "re:.*patch_embedding"), keeps_more=True, mm_tokens_per_image=4,
        text_config=_TEXT, vision_config=_TOWER | {"model_type": "siglip_vision_model", "image_size": 28, "patch_size": 14},
    ),
    # w1 and w3 of experts, in one file.
    _family("phi-moe", "PhimoeForCausalLM", "PhimoeConfig", **_TEXT | _LOCAL_EXPERTS),
    _family(
        "granite-moe", "GraniteMoeForCausalLM", "GraniteMoeConfig", ignore=("re:.*(input|output)_linear",),
        **_TEXT | _LOCAL_EXPERTS,
    ),
    # Conv1D: weights that are stored turned.
    _family(
        "gpt2", "GPT2LMHeadModel", "GPT2Config", ignore=("re:.*ln_",),
        vocab_size=320, n_positions=64, n_embd=128, n_layer=2, n_head=4,
    ),
    # Layers that are no Linear modules.
    _family("falcon", "FalconForCausalLM", "FalconConfig", ignore=("re:.*ln_f",), **_LAYERS),
    _family(
        "opt", "OPTForCausalLM", "OPTConfig", **_LAYERS, ffn_dim=256, max_position_embeddings=64, word_embed_proj_dim=64,
    ),
    _family(
        "t5", "T5ForConditionalGeneration", "T5Config",
        vocab_size=320, d_model=128, d_kv=32, d_ff=256, num_layers=2, num_heads=4,
    ),
    _family(
        "whisper", "WhisperForConditionalGeneration", "WhisperConfig", shard="100KB", ignore=("re:.*conv[12]",),
        vocab_size=320, d_model=128, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=256, decoder_ffn_dim=256, num_mel_bins=16, max_source_positions=64,
        max_target_positions=64, pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    ),
    _family(
        "jamba", "JambaForCausalLM", "JambaConfig", ignore=("re:.*conv1d",),
        **SMALL | {"num_hidden_layers": 4, "hidden_size": 128, "intermediate_size": 192}, num_experts=3,
        num_experts_per_tok=2, attn_layer_period=2, attn_layer_offset=1, expert_layer_period=2, expert_layer_offset=1,
        mamba_d_state=16, use_mamba_kernels=False,
    ),
    # Modules that Transformers calls otherwise than files do, a tied head, and embeddings by other names.
    _family(
        "qwen2-vl", "Qwen2VLForConditionalGeneration", "Qwen2VLConfig", schemes=("W8A8", "nf4"), keeps_more=True,
        ignore=("re:.*patch_embed.proj", "re:.*norm[12]", "re:.*ln_q"),
        text_config=_TEXT | {"rope_parameters": {"rope_type": "default", "mrope_section": [4, 6, 6], "rope_theta": 1e4}},
        vision_config={"depth": 2, "embed_dim": 64, "num_heads": 4, "hidden_size": 128, "patch_size": 14},
    ),
    _family("gpt-neox", "GPTNeoXForCausalLM", "GPTNeoXConfig", schemes=("W8A8", "nf4"), **_LAYERS, intermediate_size=256),
    _family(
        "bart", "BartForConditionalGeneration", "BartConfig", shard="100KB", schemes=("nf4", "llm_int8"),
        vocab_size=320, d_model=128, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
        encoder_ffn_dim=256, decoder_ffn_dim=256, max_position_embeddings=64,
    ),
    # Experts of a model that reads text for another.
    _family(
        "llava-moe", "LlavaForConditionalGeneration", "LlavaConfig", schemes=("nf4",), keeps_more=True,
        text_config=_TEXT | _EXPERTS | {"model_type": "qwen3_moe"},
        vision_config=_TOWER | {"model_type": "clip_vision_model", "image_size": 28, "patch_size": 14},
    ),
    # A head by another name.
    _family(
        "classifier", "LlamaForSequenceClassification", "LlamaConfig", schemes=("nf4", "llm_int8"), num_labels=3, **_TEXT,
    ),
    # Heads that are Linear modules like any other to Transformers.
    _family(
        "token-classifier", "LlamaForTokenClassification", "LlamaConfig", schemes=("nf4", "llm_int8"), keeps_more=True, num_labels=3,
        **_TEXT,
    ),
    _family(
        "ctc", "Wav2Vec2ForCTC", "Wav2Vec2Config", schemes=("nf4", "llm_int8"), keeps_more=True, **_LAYERS, intermediate_size=256,
        conv_dim=(32, 64), conv_stride=(2, 2), conv_kernel=(3, 3), num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4,
    ),
    _family("odd-f16", "LlamaForCausalLM", "LlamaConfig", dtype=torch.float16, schemes=_ROWS, **SMALL | _ODD),
    _family("odd-f32", "LlamaForCausalLM", "LlamaConfig", dtype=torch.float32, schemes=_ROWS, **SMALL | _ODD),
    Source("mixed", _mixed, None, schemes=("W4A16", "W8A8", "FP8_DYNAMIC", "NVFP4A16", "MXFP4A16", "MXFP8A16", *_FOUR, "llm_int8")),
]  # fmt: skip
