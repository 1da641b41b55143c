# Makes test/fixtures/families: a tiny random checkpoint of every family, and what the reference implementation computes on it.
# Reference: Hugging Face transformers, eager attention, float32. Run: python make_families.py OUT_FOLDER [NAME…]
"""For each entry of FAMILIES: OUT/<name>/{config.json,model.safetensors} as save_pretrained writes them, and
OUT/<name>.expected.safetensors with `ids` and the named points that the reference exposes."""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
torch.manual_seed(0)

V = 61
T = 13
MXFP4 = "mxfp4"  # experts packed as gpt-oss's own files have them
OLD = "old"  # config.json in the dialect before transformers 5: rope_theta + rope_scaling


def llama(**more):
    return dict(vocab_size=V, hidden_size=36, intermediate_size=52, num_hidden_layers=2, num_attention_heads=6,
                num_key_value_heads=2, head_dim=8, max_position_embeddings=64, rms_norm_eps=1e-3,
                pad_token_id=0, bos_token_id=1, eos_token_id=2, tie_word_embeddings=False) | more


def small(**more):
    """For variants of a family whose full size stands above."""
    return llama(hidden_size=24, intermediate_size=28, num_attention_heads=4, num_key_value_heads=2) | more


def without(config, *names):
    return {k: v for k, v in config.items() if k not in names}


def rope(kind, theta=10000.0, **more):
    return {"rope_parameters": {"rope_type": kind, "rope_theta": theta, **more}}


def bert(**more):
    return dict(vocab_size=V, hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=34,
                max_position_embeddings=32, type_vocab_size=2, layer_norm_eps=1e-5, pad_token_id=0) | more


YARN = dict(factor=4.0, original_max_position_embeddings=16, beta_fast=2.0, beta_slow=0.5)
LLAMA3 = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8)

# name: (model class, config, options)
FAMILIES = {
    "openai-gpt": ("OpenAIGPTLMHeadModel", dict(vocab_size=V, n_positions=32, n_embd=24, n_layer=2, n_head=4, layer_norm_epsilon=1e-4), {}),
    "gpt2": ("GPT2LMHeadModel", dict(vocab_size=V, n_positions=32, n_embd=24, n_layer=2, n_head=6, layer_norm_epsilon=1e-4), {}),
    "gpt2-inverse-layer": ("GPT2LMHeadModel", dict(vocab_size=V, n_positions=32, n_embd=20, n_layer=3, n_head=2, n_inner=50, scale_attn_by_inverse_layer_idx=True), {}),
    "llama": ("LlamaForCausalLM", llama(), {}),
    "llama-bias-tied": ("LlamaForCausalLM", small(attention_bias=True, mlp_bias=True, tie_word_embeddings=True, head_dim=6), {}),
    "llama-linear": ("LlamaForCausalLM", small(**rope("linear", factor=3.0)), {OLD: True}),
    "llama-dynamic": ("LlamaForCausalLM", small(max_position_embeddings=8, **rope("dynamic", factor=2.0)), {}),
    "llama-llama3": ("LlamaForCausalLM", small(**rope("llama3", 500.0, **LLAMA3)), {OLD: True}),
    "llama-yarn": ("LlamaForCausalLM", small(**rope("yarn", 100.0, **YARN)), {}),
    "mistral": ("MistralForCausalLM", small(sliding_window=5), {}),
    "smollm3": ("SmolLM3ForCausalLM", {**small(num_hidden_layers=4, head_dim=6), "no_rope_layer_interval": 2, **rope("default", 5000.0)}, {}),
    "qwen2": ("Qwen2ForCausalLM", {**llama(num_hidden_layers=3, use_sliding_window=True, sliding_window=4, max_window_layers=1), **rope("default", 1e6)}, {}),
    "qwen3": ("Qwen3ForCausalLM", llama(head_dim=10, tie_word_embeddings=True), {}),
    "qwen3-moe": ("Qwen3MoeForCausalLM", small(num_hidden_layers=3, moe_intermediate_size=20, num_experts=5, num_experts_per_tok=2, norm_topk_prob=True, mlp_only_layers=[1]), {}),
    "qwen3-moe-raw": ("Qwen3MoeForCausalLM", small(moe_intermediate_size=20, num_experts=6, num_experts_per_tok=3, norm_topk_prob=False), {}),
    "mixtral": ("MixtralForCausalLM", small(num_local_experts=4, num_experts_per_tok=2), {}),
    "gpt-oss": ("GptOssForCausalLM", small(hidden_size=32, intermediate_size=32, num_local_experts=4, num_experts_per_tok=2, sliding_window=5, swiglu_limit=0.7,
                **rope("yarn", 150.0, truncate=False, **YARN)), {}),
    "gpt-oss-mxfp4": ("GptOssForCausalLM", small(hidden_size=32, intermediate_size=32, num_local_experts=3, num_experts_per_tok=2, sliding_window=5, **rope("yarn", 150.0, truncate=False, **YARN)), {MXFP4: True}),
    "phi3": ("Phi3ForCausalLM", without(llama(num_key_value_heads=3), "head_dim") | dict(sliding_window=6), {}),
    "phi3-longrope": ("Phi3ForCausalLM", without(small(hidden_size=32, max_position_embeddings=64, original_max_position_embeddings=8, partial_rotary_factor=0.75), "head_dim")
                      | dict(rope_parameters=dict(rope_type="longrope", rope_theta=10000.0, partial_rotary_factor=0.75, original_max_position_embeddings=8,
                                                  short_factor=[1.0, 1.1, 1.3], long_factor=[1.5, 3.0, 7.0])), {}),
    "olmo2": ("Olmo2ForCausalLM", without(llama(), "head_dim"), {}),
    "starcoder2": ("Starcoder2ForCausalLM", without(llama(), "head_dim", "rms_norm_eps") | dict(norm_epsilon=1e-4, sliding_window=6, tie_word_embeddings=True), {}),
    "cohere": ("CohereForCausalLM", without(llama(), "rms_norm_eps", "head_dim") | dict(layer_norm_eps=1e-4, logit_scale=0.25, tie_word_embeddings=True), {}),
    "cohere-qk-norm": ("CohereForCausalLM", without(llama(), "rms_norm_eps", "head_dim") | dict(layer_norm_eps=1e-4, logit_scale=0.5, use_qk_norm=True, tie_word_embeddings=True), {}),
    "gemma": ("GemmaForCausalLM", llama(head_dim=10, num_key_value_heads=1, hidden_activation="gelu_pytorch_tanh", hidden_act="gelu_pytorch_tanh", tie_word_embeddings=True), {}),
    "gemma2": ("Gemma2ForCausalLM", llama(num_hidden_layers=3, sliding_window=5, query_pre_attn_scalar=12, attn_logit_softcapping=2.0, final_logit_softcapping=3.0, tie_word_embeddings=True), {}),
    "gemma3": ("Gemma3ForCausalLM", small(num_hidden_layers=7, sliding_window=5, query_pre_attn_scalar=8, tie_word_embeddings=True,
               rope_parameters={"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}), {}),
    "gemma3-old": ("Gemma3ForCausalLM", small(num_hidden_layers=2, sliding_window=5, layer_types=["sliding_attention", "full_attention"], query_pre_attn_scalar=12, tie_word_embeddings=True), {OLD: True}),
    "embedding-gemma": ("Gemma3TextModel", small(num_hidden_layers=6, sliding_window=6, query_pre_attn_scalar=8, use_bidirectional_attention=True), {}),
    "falcon-7b": ("FalconForCausalLM", dict(vocab_size=V, hidden_size=24, num_hidden_layers=2, num_attention_heads=6, multi_query=True, parallel_attn=True, bias=False, num_kv_heads=3), {}),
    "falcon-40b": ("FalconForCausalLM", dict(vocab_size=V, hidden_size=24, num_hidden_layers=2, num_attention_heads=6, num_kv_heads=2, new_decoder_architecture=True, parallel_attn=True, bias=False, ffn_hidden_size=70), {}),
    "falcon-11b": ("FalconForCausalLM", dict(vocab_size=V, hidden_size=24, num_hidden_layers=2, num_attention_heads=6, num_kv_heads=3, new_decoder_architecture=True, num_ln_in_parallel_attn=1, bias=False, tie_word_embeddings=False), {}),
    "falcon-rw": ("FalconForCausalLM", dict(vocab_size=V, hidden_size=24, num_hidden_layers=2, num_attention_heads=6, alibi=True, multi_query=False, parallel_attn=False, bias=True), {}),
    "bloom": ("BloomForCausalLM", dict(vocab_size=V, hidden_size=24, n_layer=2, n_head=6, layer_norm_epsilon=1e-4), {}),
    "bloom-normed-residual": ("BloomForCausalLM", dict(vocab_size=V, hidden_size=16, n_layer=2, n_head=4, apply_residual_connection_post_layernorm=True), {}),
    "gpt-neox": ("GPTNeoXForCausalLM", dict(vocab_size=V, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=34, max_position_embeddings=64, rotary_pct=0.5, layer_norm_eps=1e-4), {OLD: True}),
    "gpt-neox-serial": ("GPTNeoXForCausalLM", dict(vocab_size=V, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=34, max_position_embeddings=64, use_parallel_residual=False, rotary_pct=0.25, rotary_emb_base=500), {OLD: True}),
    "opt": ("OPTForCausalLM", dict(vocab_size=V, hidden_size=36, word_embed_proj_dim=36, ffn_dim=50, num_hidden_layers=2, num_attention_heads=6, max_position_embeddings=32, pad_token_id=1), {}),
    "opt-350m": ("OPTForCausalLM", dict(vocab_size=V, hidden_size=36, word_embed_proj_dim=20, ffn_dim=50, num_hidden_layers=2, num_attention_heads=6, max_position_embeddings=32, do_layer_norm_before=False, pad_token_id=1), {}),
    "bert": ("BertForMaskedLM", bert(), {}),
    "minilm": ("BertModel", bert(hidden_act="gelu"), {}),
    "roberta": ("RobertaForMaskedLM", bert(type_vocab_size=1, pad_token_id=1, max_position_embeddings=34), {}),
    "xlm-roberta": ("XLMRobertaModel", bert(type_vocab_size=1, pad_token_id=1, max_position_embeddings=34), {}),
    "mpnet": ("MPNetModel", without(bert(pad_token_id=1), "type_vocab_size") | dict(relative_attention_num_buckets=32), {}),
    "distilbert": ("DistilBertForMaskedLM", dict(vocab_size=V, dim=24, n_layers=2, n_heads=4, hidden_dim=34, max_position_embeddings=32, pad_token_id=0), {}),
    "nomic-bert": ("NomicBertModel", {**bert(num_attention_heads=6), **rope("default", 1000.0)}, {}),
    "modernbert": ("ModernBertForMaskedLM", dict(vocab_size=V, hidden_size=24, intermediate_size=34, num_hidden_layers=4, num_attention_heads=4, max_position_embeddings=64, local_attention=6,
                    global_attn_every_n_layers=3, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2), {OLD: True}),
    # What GGUF cannot state differs from the above; make_gguf.py turns these into GGUF and removes the folders.
    "qwen2-gguf": ("Qwen2ForCausalLM", small(), {}),
    "qwen3-moe-gguf": ("Qwen3MoeForCausalLM", small(moe_intermediate_size=20, num_experts=5, num_experts_per_tok=2, norm_topk_prob=True), {}),
    "gpt-oss-gguf": ("GptOssForCausalLM", small(hidden_size=32, intermediate_size=32, num_local_experts=4, num_experts_per_tok=2, sliding_window=5, **rope("yarn", 150.0, truncate=False, **YARN)), {}),
    "smollm3-gguf": ("SmolLM3ForCausalLM", small(num_hidden_layers=4, head_dim=6, tie_word_embeddings=True), {}),
    "starcoder2-gguf": ("Starcoder2ForCausalLM", without(small(), "head_dim", "rms_norm_eps") | dict(norm_epsilon=1e-4, tie_word_embeddings=True), {}),
    "gemma2-gguf": ("Gemma2ForCausalLM", small(num_hidden_layers=3, sliding_window=5, query_pre_attn_scalar=8, attn_logit_softcapping=2.0, final_logit_softcapping=3.0, tie_word_embeddings=True), {}),
    "falcon-40b-gguf": ("FalconForCausalLM", dict(vocab_size=V, hidden_size=24, num_hidden_layers=2, num_attention_heads=6, num_kv_heads=2, new_decoder_architecture=True, parallel_attn=True, bias=False), {}),
    "modernbert-gguf": ("ModernBertModel", dict(vocab_size=V, hidden_size=24, intermediate_size=34, num_hidden_layers=4, num_attention_heads=4, max_position_embeddings=64, local_attention=6,
                         global_attn_every_n_layers=3, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2), {}),
    "marian": ("MarianMTModel", dict(vocab_size=V, d_model=24, encoder_layers=2, decoder_layers=3, encoder_attention_heads=4, decoder_attention_heads=6, encoder_ffn_dim=34, decoder_ffn_dim=28,
                activation_function="swish", scale_embedding=True, max_position_embeddings=32, pad_token_id=V - 1, decoder_start_token_id=V - 1, eos_token_id=0, forced_eos_token_id=0), {}),
}


def randomise(model, seed):
    """Gains, biases and matrices away from their initial values: a mistake in any of them must show."""
    g = torch.Generator().manual_seed(seed)
    for name, p in sorted(model.named_parameters()):
        if "embed_positions" in name and not p.requires_grad:
            continue  # sinusoids are computed, not learned
        noise = torch.randn(p.shape, generator=g)
        if p.ndim >= 2 and "norm" not in name.lower():
            fan = p.shape[-1]
            with torch.no_grad():
                p.copy_(noise * (0.6 if "embed" in name or "wte" in name or "wpe" in name else 1.4 / fan**0.5))
        elif "norm" in name.lower() or ".ln_" in name or "ln_f" in name or "ln_" in name:
            with torch.no_grad():
                p.add_(0.3 * noise)
        else:
            with torch.no_grad():
                p.copy_(0.3 * noise)
    for name, b in model.named_buffers():
        if name == "final_logits_bias":
            b.copy_(0.3 * torch.randn(b.shape, generator=g))


BLOCKS = ["h", "layers", "layer", "block"]


def blocks_of(model):
    """The list of decoder (or encoder) blocks, and the module they sit in."""
    for _, module in model.named_modules():
        for attribute in BLOCKS:
            inner = getattr(module, attribute, None)
            if isinstance(inner, torch.nn.ModuleList):
                return inner
    raise ValueError("no blocks")


def first(x):
    return x[0] if isinstance(x, (tuple, list)) else x


def points(model, ids, prefix="", blocks=None, run=None):
    """Embedding output (block 0's input), every block's output, and what `run` returns."""
    seen = {}
    hooks = []
    blocks = blocks if blocks is not None else blocks_of(model)
    for i, block in enumerate(blocks):
        def keep(_, args, kwargs, output, i=i):
            if i == 0:
                seen[prefix + "embedding.output"] = (args[0] if args else kwargs["hidden_states"])[0]
            seen[f"{prefix}blocks.{i}.output"] = first(output).reshape(len(ids), -1)
        hooks.append(block.register_forward_hook(keep, with_kwargs=True))
    with torch.no_grad():
        result = run() if run else model(input_ids=torch.tensor([ids]), output_attentions=True, output_hidden_states=True)
    for h in hooks:
        h.remove()
    return seen, result


def marian(model, ids, target):
    """Encoder points under 'encoder.', decoder points plain, and the greedy translation."""
    decoder, encoder = model.model.decoder, model.model.encoder
    arguments = dict(input_ids=torch.tensor([ids]), decoder_input_ids=torch.tensor([target]), output_attentions=True)
    a, out = points(model, ids, "encoder.", encoder.layers, lambda: model(**arguments))
    b, _ = points(model, target, "", decoder.layers, lambda: model(**arguments))
    for i, w in enumerate(out.encoder_attentions):
        a[f"encoder.blocks.{i}.attention.weights"] = w[0]
    for i, w in enumerate(out.decoder_attentions):
        b[f"blocks.{i}.attention.weights"] = w[0]
    for i, w in enumerate(out.cross_attentions):
        b[f"blocks.{i}.crossAttention.weights"] = w[0]
    with torch.no_grad():
        greedy = model.generate(torch.tensor([ids]), num_beams=1, do_sample=False, max_new_tokens=10)
    return {**a, **b, "encoder.final.output": out.encoder_last_hidden_state[0], "logits": out.logits[0],
            "decoder.ids": torch.tensor(target), "greedy": greedy[0]}


def old_dialect(path):
    """config.json as files before transformers 5 have it."""
    c = json.loads(path.read_text())
    p = c.pop("rope_parameters", None)
    if p and "full_attention" in p:
        full, local = p["full_attention"], p["sliding_attention"]
        names = ("global_rope_theta", "local_rope_theta") if c["model_type"] == "modernbert" else ("rope_theta", "rope_local_base_freq")
        c[names[0]], c[names[1]] = full["rope_theta"], local["rope_theta"]
        if c["model_type"] == "modernbert":
            c.pop("layer_types"), c.__setitem__("global_attn_every_n_layers", 3)
    elif p and c["model_type"] == "gpt_neox":
        c["rotary_pct"], c["rotary_emb_base"] = p["partial_rotary_factor"], p["rope_theta"]
    elif p:
        c["rope_theta"] = p.pop("rope_theta")
        if p.get("rope_type", "default") != "default":
            c["rope_scaling"] = p
    path.write_text(json.dumps(c, indent=1, sort_keys=True) + "\n")


def one_alibi():
    """Falcon's eager attention adds ALiBi twice, in its mask and again in its scores; sdpa (the default) and the original code add it
    once. Halved, the sum of both is the one that the model was trained with: make() checks the logits against sdpa."""
    falcon = transformers.models.falcon.modeling_falcon
    original = falcon.build_alibi_tensor
    falcon.build_alibi_tensor = lambda *args, **kwargs: original(*args, **kwargs) / 2
    return lambda: setattr(falcon, "build_alibi_tensor", original)


E2M1 = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])


def pack_experts(model, seed):
    """Gives every expert matrix random 4-bit values and scales. Returns the tensors as gpt-oss stores them: (E, M, N / 32, 16) bytes of
    two values each, low half first, and (E, M, N / 32) powers of two. In the model they are (E, N, M)."""
    g = torch.Generator().manual_seed(seed)
    packed = {}
    for name, p in model.named_parameters():
        if not name.endswith(("experts.gate_up_proj", "experts.down_proj")):
            continue
        experts, n, m = p.shape
        blocks = torch.randint(0, 256, (experts, m, n // 32, 16), generator=g, dtype=torch.uint8)
        scales = torch.randint(122, 125, (experts, m, n // 32), generator=g, dtype=torch.uint8)
        values = torch.stack((E2M1[(blocks & 15).long()], E2M1[(blocks >> 4).long()]), dim=-1).reshape(experts, m, n // 32, 32)
        values = values * torch.exp2(scales.float() - 127)[..., None]
        with torch.no_grad():
            p.copy_(values.reshape(experts, m, n).transpose(1, 2))
        packed[name] = {name + "_blocks": blocks, name + "_scales": scales}
    return packed


def repack(folder, packed):
    path = folder / "model.safetensors"
    tensors = load_file(path)
    for name, parts in packed.items():
        del tensors[name]
        tensors |= parts
    save_file(tensors, path, metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "mxfp4"}
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")


def make(out, name, cls, config, options, seed):
    model_class = getattr(transformers, cls)
    config = model_class.config_class(**config)
    config._attn_implementation = "eager"
    torch.manual_seed(seed)
    model = model_class._from_config(config, attn_implementation="eager").eval().float()
    randomise(model, seed)
    model.tie_weights()
    packed = pack_experts(model, seed) if options.get(MXFP4) else None
    g = torch.Generator().manual_seed(seed + 1)
    ids = torch.randint(3, V - 1, (T,), generator=g).tolist()
    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, safe_serialization=True)
    if packed:
        repack(folder, packed)
    for extra in folder.iterdir():
        if extra.name not in ("config.json", "model.safetensors"):
            extra.unlink()
    restore = one_alibi() if config.model_type == "falcon" and config.alibi else None
    if cls == "MarianMTModel":
        expected = marian(model, ids, [V - 1] + torch.randint(3, V - 1, (8,), generator=g).tolist())
    else:
        expected, result = points(model, ids)
        for i, w in enumerate(result.attentions):
            expected[f"blocks.{i}.attention.weights"] = w[0]
        base = getattr(model, model.base_model_prefix, model)
        with torch.no_grad():
            final = base(input_ids=torch.tensor([ids])).last_hidden_state
        expected["final.output"] = final[0]
        if getattr(result, "logits", None) is not None:
            expected["logits"] = result.logits[0]
    if restore:
        restore()
        with torch.no_grad():
            default = model_class.from_pretrained(folder, attn_implementation="sdpa").eval()(input_ids=torch.tensor([ids])).logits[0]
        assert torch.allclose(default, expected["logits"], atol=5e-5), (default - expected["logits"]).abs().max()
    expected["ids"] = torch.tensor(ids)
    expected = {k: (v.to(torch.int32) if not v.is_floating_point() else v.float()).contiguous().clone() for k, v in expected.items()}
    save_file(expected, out / f"{name}.expected.safetensors", metadata={"reference": f"transformers {transformers.__version__} {cls}"})
    config_path = folder / "config.json"
    if options.get(OLD):
        old_dialect(config_path)
    return sum(f.stat().st_size for f in folder.iterdir())


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    total = 0
    for seed, (name, (cls, config, options)) in enumerate(FAMILIES.items()):
        if len(sys.argv) > 2 and name not in sys.argv[2:]:
            continue
        size = make(out, name, cls, dict(config), options, 100 + seed)
        total += size
        print(f"{name:24} {size:8}")
    print(total)


if __name__ == "__main__":
    main()
